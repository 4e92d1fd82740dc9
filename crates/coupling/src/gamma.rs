//! The logarithm of the Gamma function and its derivatives, for the fits of priors: these ask for hundreds of thousands of
//! values, and mostly of arguments for which the first terms of Stirling's series are exact.
//!
//! The series are those of Abramowitz and Stegun, *Handbook of Mathematical Functions*, 6.1.41, 6.3.18 and 6.4.12; smaller
//! arguments are led to larger ones by 6.1.15, 6.3.5 and 6.4.6.

/// From here on the terms that are left out are less than 1e-14.
const FAR: f64 = 7.0;
/// ½ ln 2π.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_7;

/// ln Γ(x) of an x above 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    let (mut far, mut product) = (x, 1.0);
    while far < FAR {
        product *= far;
        far += 1.0;
    }
    let series = (far - 0.5) * far.ln() - far + HALF_LN_TWO_PI + series(&TERMS, far) / far;
    if far > x { series - f64::ln(product) } else { series }
}

/// ψ(x) and ψ′(x), the first and second derivative of ln Γ(x), of an x above 0.
pub(crate) fn digamma_and_trigamma(x: f64) -> (f64, f64) {
    const DIGAMMA: [f64; 7] = [
        -1.0 / 12.0,
        1.0 / 120.0,
        -1.0 / 252.0,
        1.0 / 240.0,
        -1.0 / 132.0,
        691.0 / 32_760.0,
        -1.0 / 12.0,
    ];
    const TRIGAMMA: [f64; 8] =
        [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0];
    let (mut far, mut digamma, mut trigamma) = (x, 0.0, 0.0);
    while far < FAR {
        let part = 1.0 / far;
        digamma -= part;
        trigamma += part * part;
        far += 1.0;
    }
    let part = 1.0 / far;
    digamma += far.ln() - part / 2.0 + part * part * series(&DIGAMMA, far);
    trigamma += part + part * part / 2.0 + part * part * part * series(&TRIGAMMA, far);
    (digamma, trigamma)
}

/// t₀ + t₁ x⁻² + t₂ x⁻⁴ + …
fn series(terms: &[f64], x: f64) -> f64 {
    let square = 1.0 / (x * x);
    terms.iter().rev().fold(0.0, |sum, term| sum * square + term)
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
            assert!(close(ln_gamma(x), expected), "{x}: {} {expected}", ln_gamma(x));
        }
        // Γ(n) = (n − 1)!
        assert!(close(ln_gamma(1.0), 0.0) && close(ln_gamma(2.0), 0.0) && close(ln_gamma(6.0), 120.0_f64.ln()));
    }

    #[test]
    fn the_derivatives_are_those_of_the_library_and_obey_their_laws() {
        for step in 1..3000 {
            let x = 1e-3 * 1.005_f64.powi(step);
            let (digamma, trigamma) = digamma_and_trigamma(x);
            let expected = statrs::function::gamma::digamma(x);
            assert!(close(digamma, expected), "{x}: {digamma} {expected}");
            // ψ′(x) = ψ′(x + 1) + 1 / x²
            let next = digamma_and_trigamma(x + 1.0).1 + 1.0 / (x * x);
            assert!(close(trigamma, next), "{x}: {trigamma} {next}");
        }
        let basel = std::f64::consts::PI.powi(2) / 6.0;
        assert!(close(digamma_and_trigamma(1.0).1, basel) && close(digamma_and_trigamma(3.0).1, basel - 1.25));
    }
}
