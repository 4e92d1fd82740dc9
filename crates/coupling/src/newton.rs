//! The minimum of a smooth function of three numbers, by Newton's method, damped as Levenberg and Marquardt do.
//! Always takes the same way, so the result is the same on every run.

/// A function of three numbers.
pub(crate) trait Smooth {
    /// Its value at `point`.
    fn value(&self, point: [f64; 3]) -> f64;
    /// How it changes around `point`. Asked of the points only that the search goes on from.
    fn around(&self, point: [f64; 3]) -> Local;
}

/// How a function changes around one point.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Local {
    pub gradient: [f64; 3],
    pub curvature: [[f64; 3]; 3],
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
pub(crate) fn minimise(start: [f64; 3], f: &impl Smooth) -> [f64; 3] {
    let (mut point, mut value, mut here, mut damping) = (start, f.value(start), f.around(start), 1e-6);
    for _ in 0..STEPS {
        let Some(step) = step(&here, damping) else {
            damping = (damping * 10.0).max(1e-3);
            continue;
        };
        let next = [0, 1, 2].map(|i| point[i] - step[i]);
        let length = step.iter().map(|x| x.abs()).fold(0.0, f64::max);
        if length < SHORT && damping <= HARDLY {
            return next;
        }
        let there = f.value(next);
        if there <= value {
            (point, value, damping) = (next, there, damping / 10.0);
            here = f.around(point);
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
fn step(local: &Local, damping: f64) -> Option<[f64; 3]> {
    let mut root = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| root[i][k] * root[j][k]).sum();
            let damped = if i == j { damping * (1.0 + local.curvature[i][i].abs()) } else { 0.0 };
            let rest = local.curvature[i][j] + damped - known;
            root[i][j] = if i == j { Some(rest.sqrt()).filter(|root| *root > 0.0)? } else { rest / root[j][j] };
        }
    }
    let mut half = [0.0; 3];
    for i in 0..3 {
        half[i] = (local.gradient[i] - (0..i).map(|k| root[i][k] * half[k]).sum::<f64>()) / root[i][i];
    }
    let mut whole = [0.0; 3];
    for i in (0..3).rev() {
        whole[i] = (half[i] - (i + 1..3).map(|k| root[k][i] * whole[k]).sum::<f64>()) / root[i][i];
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's function, and a third number that is drawn to 2.
    struct Valley;

    impl Smooth for Valley {
        fn value(&self, [x, y, z]: [f64; 3]) -> f64 {
            (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2) + (z - 2.0).powi(2)
        }

        fn around(&self, [x, y, z]: [f64; 3]) -> Local {
            Local {
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

    impl Smooth for Flat {
        fn value(&self, _: [f64; 3]) -> f64 {
            0.0
        }

        fn around(&self, _: [f64; 3]) -> Local {
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
        assert_eq!(minimise([0.5, 1.0, 2.0], &Flat), [0.5, 1.0, 2.0]);
    }
}
