//! Lists of lists in two arrays (compressed sparse rows).

/// `len()` lists of `T` in one array.
#[derive(Clone, Debug, PartialEq)]
pub struct Ragged<T> {
    offsets: Vec<usize>,
    items: Vec<T>,
}

impl<T> Default for Ragged<T> {
    fn default() -> Self {
        Self {
            offsets: vec![0],
            items: Vec::new(),
        }
    }
}

impl<T> Ragged<T> {
    /// Appends one list.
    pub fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.offsets.push(self.items.len());
    }

    /// Number of lists.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// True without lists.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// List `i`.
    #[inline]
    pub fn row(&self, i: usize) -> &[T] {
        &self.items[self.offsets[i]..self.offsets[i + 1]]
    }

    /// All lists in order.
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.offsets.windows(2).map(|w| &self.items[w[0]..w[1]])
    }
}

impl<T, L: IntoIterator<Item = T>> FromIterator<L> for Ragged<T> {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut out = Self::default();
        for list in lists {
            out.push(list);
        }
        out
    }
}
