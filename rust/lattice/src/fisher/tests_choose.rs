#![allow(clippy::unwrap_used)]
//! The automatic choice of a method, refusals, and models that are the same law.

use super::tests::{close, run, square};
use super::*;
use crate::Geometry;

fn choose(model: &SpinModel, method: Option<Method>) -> Result<FisherGeometry, String> {
    run(2, |work| fisher_geometry(model, method, work)).map_err(|e| e.to_string())
}

#[test]
fn the_method_is_chosen_by_what_holds() {
    let (small, large) = (square(3, 3), square(6, 6));
    let uniform = |geometry, j: f64, colours| {
        SpinModel::new(geometry, vec![j; geometry.n_bonds()], Vec::new(), colours).unwrap()
    };
    let found = |model: &SpinModel| choose(model, None).unwrap().method;
    assert_eq!(found(&uniform(&small, 0.3, None)), Method::Fermion);
    assert_eq!(found(&uniform(&small, 0.3, Some(3))), Method::Enumerate);
    let five = square(4, 5);
    assert_eq!(found(&uniform(&five, 0.3, Some(3))), Method::Transfer);
    let mut field = uniform(&small, 0.3, None);
    field.fields = vec![0.2; 9];
    let in_field = choose(&field, None).unwrap();
    assert_eq!(in_field.method, Method::Enumerate);
    // A uniform field keeps the translations; seen as a graph without them it is the same geometry.
    let graph = Geometry::graph(
        &small
            .bonds()
            .iter()
            .map(|b| b.map(i64::from))
            .collect::<Vec<_>>(),
        None,
    )
    .unwrap();
    let plain = SpinModel::new(&graph, vec![0.3; 18], vec![0.2; 9], None).unwrap();
    let whole = choose(&plain, None).unwrap();
    close(whole.scalar_curvature, in_field.scalar_curvature, 1e-10);
    let refused = choose(&uniform(&large, 0.3, Some(9)), None).unwrap_err();
    assert!(
        refused.contains("monte_carlo") && refused.contains("6 x 6"),
        "{refused}"
    );
    let wrong = choose(&uniform(&small, 0.3, Some(3)), Some(Method::Fermion)).unwrap_err();
    assert!(
        wrong.contains("\"enumerate\", \"transfer\", \"monte_carlo\""),
        "{wrong}"
    );
}

#[test]
fn two_colours_are_ising_spins_with_half_the_coupling() {
    let geometry = square(3, 4);
    let of = |j: f64, colours, method| {
        let model = SpinModel::new(&geometry, vec![j; 24], Vec::new(), colours).unwrap();
        choose(&model, Some(method)).unwrap()
    };
    let ising = of(0.4, None, Method::Fermion);
    let metric = ising.metric.dense(1 << 20).unwrap();
    for method in [Method::Enumerate, Method::Transfer] {
        let potts = of(0.8, Some(2), method);
        let again = of(0.4, None, method);
        close(potts.scalar_curvature, ising.scalar_curvature, 1e-10);
        let (p, a) = (
            potts.metric.dense(1 << 20).unwrap(),
            again.metric.dense(1 << 20).unwrap(),
        );
        for ((x, y), z) in p.iter().zip(&metric).zip(&a) {
            assert!((4.0 * x - y).abs() < 1e-12 && (y - z).abs() < 1e-12);
        }
    }
}

#[test]
fn doubled_bonds_are_refused() {
    let doubled = Geometry::square([3, 2], [true, true]).unwrap();
    let wrong = SpinModel::new(&doubled, vec![0.1; 12], Vec::new(), None).unwrap_err();
    assert!(
        wrong.to_string().starts_with("Ly = 2: must be >= 3"),
        "{wrong}"
    );
    let repeated = Geometry::graph(&[[0, 1], [1, 2], [1, 0]], None).unwrap();
    let wrong = SpinModel::new(&repeated, vec![0.1; 3], Vec::new(), None).unwrap_err();
    assert!(
        wrong
            .to_string()
            .starts_with("edges[2] = (1, 0): must not repeat edges[0]"),
        "{wrong}"
    );
    assert!(
        Geometry::honeycomb([2, 2], [true, true]).is_ok_and(|hexagons| {
            // Eight sites, twelve bonds: the graph of the cube.
            let model = SpinModel::new(&hexagons, vec![0.221654626; 12], Vec::new(), None).unwrap();
            let found = choose(&model, None).unwrap();
            (found.scalar_curvature - 0.757958001242).abs() < 1e-9
        })
    );
}
