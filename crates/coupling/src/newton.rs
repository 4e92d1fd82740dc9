//! The minimum of a smooth function of a few numbers, by Newton's method, damped as Levenberg and Marquardt do.
//! Always takes the same way, so the result is the same on every run.

/// A function of a few numbers.
pub(crate) trait Smooth<const N: usize> {
    /// Its value at `point`, and how it changes around it.
    fn at(&self, point: [f64; N]) -> Local<N>;
}

/// A function at one point, and how it changes around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local<const N: usize> {
    pub value: f64,
    pub gradient: [f64; N],
    pub curvature: [[f64; N]; N],
}

impl<const N: usize> Default for Local<N> {
    fn default() -> Self {
        Self { value: 0.0, gradient: [0.0; N], curvature: [[0.0; N]; N] }
    }
}

/// Steps, and attempts at one, are at most this many; a dozen do in practice.
const STEPS: usize = 100;
/// A step shorter than this that is hardly damped is the last: what is left after it is as long as its square. Values differ
/// by less than their last digits there, so it is taken without asking them.
const SHORT: f64 = 1e-6;
/// A step that is damped more than this says nothing about how far the minimum is.
const HARDLY: f64 = 1e-3;
/// A step shorter than this is the last, however it is damped.
const NOTHING: f64 = 1e-9;

/// The point near `start` where `f` is least.
pub(crate) fn minimise<const N: usize>(start: [f64; N], f: &impl Smooth<N>) -> [f64; N] {
    let (mut point, mut here, mut damping) = (start, f.at(start), 1e-6);
    for _ in 0..STEPS {
        let Some(step) = step(&here, damping) else {
            damping = (damping * 10.0).max(1e-3);
            continue;
        };
        let next = std::array::from_fn(|i| point[i] - step[i]);
        let length = step.iter().map(|x| x.abs()).fold(0.0, f64::max);
        if length < SHORT && damping <= HARDLY {
            return next;
        }
        let there = f.at(next);
        if there.value <= here.value {
            (point, here, damping) = (next, there, damping / 10.0);
        } else {
            damping *= 10.0;
        }
        if length < NOTHING {
            break;
        }
    }
    point
}

/// Solves (curvature + damping · (1 + its diagonal)) · step = gradient by Cholesky; none if that is not positive definite.
fn step<const N: usize>(local: &Local<N>, damping: f64) -> Option<[f64; N]> {
    let mut root = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| root[i][k] * root[j][k]).sum();
            let damped = if i == j { damping * (1.0 + local.curvature[i][i].abs()) } else { 0.0 };
            let rest = local.curvature[i][j] + damped - known;
            root[i][j] = if i == j { Some(rest.sqrt()).filter(|root| *root > 0.0)? } else { rest / root[j][j] };
        }
    }
    let mut half = [0.0; N];
    for i in 0..N {
        half[i] = (local.gradient[i] - (0..i).map(|k| root[i][k] * half[k]).sum::<f64>()) / root[i][i];
    }
    let mut whole = [0.0; N];
    for i in (0..N).rev() {
        whole[i] = (half[i] - (i + 1..N).map(|k| root[k][i] * whole[k]).sum::<f64>()) / root[i][i];
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's function, and a third number that is drawn to 2.
    struct Valley;

    impl Smooth<3> for Valley {
        fn at(&self, [x, y, z]: [f64; 3]) -> Local<3> {
            Local {
                value: (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2) + (z - 2.0).powi(2),
                gradient: [-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x), 2.0 * (z - 2.0)],
                curvature: [
                    [2.0 - 400.0 * (y - 3.0 * x * x), -400.0 * x, 0.0],
                    [-400.0 * x, 200.0, 0.0],
                    [0.0, 0.0, 2.0],
                ],
            }
        }
    }

    struct Flat;

    impl Smooth<2> for Flat {
        fn at(&self, _: [f64; 2]) -> Local<2> {
            Local::default()
        }
    }

    #[test]
    fn finds_the_bottom_of_a_bent_valley() {
        let found = minimise([-1.2, 1.0, 0.0], &Valley);
        assert!(found.iter().zip([1.0, 1.0, 2.0]).all(|(x, y)| (x - y).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn a_flat_function_stays_where_it_is() {
        assert_eq!(minimise([0.5, 1.0], &Flat), [0.5, 1.0]);
    }
}
