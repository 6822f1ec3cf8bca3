"""Euler-Maruyama in torchsde, in double precision, all paths at once."""

import functools


@functools.cache
def solver(drift, start, noise, dt, steps, paths, *, told):
    """Map a seed to the final states (components, paths); the noise knows the step in advance if `told`, else not."""
    import torch
    import torchsde

    torch.set_num_threads(1)
    shape, end = (len(start), paths), steps * dt  # components first, so that each is contiguous
    own = torch.full(shape, noise, dtype=torch.float64)

    class Law:
        noise_type, sde_type = "diagonal", "ito"

        def f(self, t, y):
            return torch.stack(drift(*y))

        def g(self, t, y):
            return own

    def final(seed=1):
        torch.manual_seed(seed)
        y = torch.tensor(start, dtype=torch.float64)[:, None].expand(shape).contiguous()
        wiener = None  # torchsde's own choice
        if told:
            wiener = torchsde.BrownianInterval(0.0, end, size=shape, dtype=torch.float64, dt=dt, entropy=seed)
        with torch.inference_mode():
            ts = torch.tensor([0.0, end], dtype=torch.float64)
            return torchsde.sdeint(Law(), y, ts, bm=wiener, method="euler", dt=dt)[-1].numpy()

    return final
