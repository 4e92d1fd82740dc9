//! The logarithm of the Gamma function and its derivatives, for the fits of priors: these ask for hundreds of thousands of
//! values, and mostly of arguments for which the first terms of Stirling's series are exact.
//!
//! The series are those of Abramowitz and Stegun, *Handbook of Mathematical Functions*, 6.1.41, 6.3.18 and 6.4.12; smaller
//! arguments are led to larger ones by 6.1.15, 6.3.5 and 6.4.6.

/// From here on the terms that are left out are less than 1e-14.
const FAR: f64 = 7.0;
/// ½ ln 2π.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_7;

/// ln Γ(x) and its derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LnGamma {
    /// ln Γ(x).
    pub(crate) value: f64,
    /// ψ(x), the digamma function.
    pub(crate) slope: f64,
    /// ψ′(x), the trigamma function.
    pub(crate) curvature: f64,
}

impl LnGamma {
    /// So many times the function.
    pub(crate) fn times(self, times: f64) -> Self {
        Self { value: times * self.value, slope: times * self.slope, curvature: times * self.curvature }
    }
}

impl std::ops::Add for LnGamma {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self - other.times(-1.0)
    }
}

impl std::ops::Sub for LnGamma {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            slope: self.slope - other.slope,
            curvature: self.curvature - other.curvature,
        }
    }
}

/// ln Γ(x) of an x above 0, with its derivatives.
pub(crate) fn ln_gamma(x: f64) -> LnGamma {
    const VALUE: [f64; 7] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    const SLOPE: [f64; 7] =
        [-1.0 / 12.0, 1.0 / 120.0, -1.0 / 252.0, 1.0 / 240.0, -1.0 / 132.0, 691.0 / 32_760.0, -1.0 / 12.0];
    const CURVATURE: [f64; 8] =
        [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0];
    let (mut far, mut product, mut slope, mut curvature) = (x, 1.0, 0.0, 0.0);
    while far < FAR {
        let part = 1.0 / far;
        product *= far;
        slope -= part;
        curvature += part * part;
        far += 1.0;
    }
    let (log, part) = (far.ln(), 1.0 / far);
    let square = part * part;
    let mut value = (far - 0.5) * log - far + HALF_LN_TWO_PI + part * series(&VALUE, square);
    if far > x {
        value -= f64::ln(product);
    }
    slope += log - part / 2.0 + square * series(&SLOPE, square);
    curvature += part + square / 2.0 + part * square * series(&CURVATURE, square);
    LnGamma { value, slope, curvature }
}

/// t₀ + t₁ y + t₂ y² + …
fn series(terms: &[f64], y: f64) -> f64 {
    terms.iter().rev().fold(0.0, |sum, term| sum * y + term)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 2e-13 * (1.0 + expected.abs())
    }

    #[test]
    fn the_logarithm_is_that_of_the_library() {
        for step in 1..4000 {
            let x = 1e-4 * 1.005_f64.powi(step);
            let expected = statrs::function::gamma::ln_gamma(x);
            let found = ln_gamma(x).value;
            assert!(close(found, expected), "{x}: {found} {expected}");
        }
        // Γ(n) = (n − 1)!
        assert!([(1.0, 1.0), (2.0, 1.0), (6.0, 120.0_f64)].iter().all(|(x, y)| close(ln_gamma(*x).value, y.ln())));
    }

    #[test]
    fn the_derivatives_are_those_of_the_library_and_obey_their_laws() {
        for step in 1..3000 {
            let x = 1e-3 * 1.005_f64.powi(step);
            let LnGamma { slope, curvature, .. } = ln_gamma(x);
            let expected = statrs::function::gamma::digamma(x);
            assert!(close(slope, expected), "{x}: {slope} {expected}");
            // ψ′(x) = ψ′(x + 1) + 1 / x²
            let next = ln_gamma(x + 1.0).curvature + 1.0 / (x * x);
            assert!(close(curvature, next), "{x}: {curvature} {next}");
        }
        let basel = std::f64::consts::PI.powi(2) / 6.0;
        assert!(close(ln_gamma(1.0).curvature, basel) && close(ln_gamma(3.0).curvature, basel - 1.25));
    }
}
