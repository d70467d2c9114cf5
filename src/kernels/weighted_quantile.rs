//! Quantiles of values that count more or less.

use super::quantile::{Lanes, positions};

impl Lanes {
    /// Quantiles of pairs of a value and its weight.
    pub(super) fn weighted(&self, pairs: &[f64], probabilities: &[f64], skip_missing: bool) -> Vec<f64> {
        let kept: Vec<usize> = positions(&self.kept).collect();
        let mut results = vec![f64::NAN; probabilities.len() * kept.len()];
        // The pairs themselves are the last of the axes, and beside one another.
        let each = &self.summarised[..self.summarised.len() - 1];
        let count: usize = each.iter().map(|(length, _)| length).product();
        // Nothing else of this size is held: `scratch_bytes` counts it.
        let mut lane: Vec<(f64, f64)> = Vec::with_capacity(count);
        for (at, start) in kept.iter().enumerate() {
            let both = || positions(each).map(|position| (pairs[start + position], pairs[start + position + 1]));
            if !skip_missing && both().any(|(value, _)| value.is_nan()) {
                continue;
            }
            lane.clear();
            lane.extend(both().filter(|(value, weight)| !value.is_nan() && *weight != 0.0));
            // In place, which a stable sort isn't; by weight too, so that the order is always the same.
            lane.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            for (number, probability) in probabilities.iter().enumerate() {
                results[number * kept.len() + at] = weighted_quantile(&lane, *probability);
            }
        }
        results
    }
}

/// The quantile of sorted values and their weights after Akinshin (2023), arXiv:2304.07265, with Kish's effective sample
/// size, by linear interpolation; NaN of nothing.
fn weighted_quantile(lane: &[(f64, f64)], probability: f64) -> f64 {
    let total: f64 = lane.iter().map(|(_, weight)| weight).sum();
    let squares: f64 = lane.iter().map(|(_, weight)| weight * weight).sum();
    let effective = total * total / squares;
    if lane.is_empty() {
        return f64::NAN;
    }
    let place = ((effective - 1.0) * probability + 1.0).clamp(1.0, effective.max(1.0));
    let position = |so_far: f64| {
        let within = so_far.min(place / effective).max((place - 1.0) / effective);
        within * effective - place + 1.0
    };
    let (mut so_far, mut before, mut quantile) = (0.0, position(0.0), 0.0);
    for (value, weight) in lane {
        so_far += weight / total;
        let after = position(so_far);
        quantile += value * (after - before);
        before = after;
    }
    quantile
}

#[cfg(test)]
mod tests {
    use crate::array::Chunk;
    use crate::kernels::quantile::{QuantileKind, quantiles};

    #[test]
    fn values_of_more_weight_draw_quantiles_towards_them() {
        // xarray: DataArray([3, nan, 1, 2]).weighted([1, 5, 2, 0]).quantile([0, .5, 1])
        let pairs = vec![3.0, 1.0, f64::NAN, 5.0, 1.0, 2.0, 2.0, 0.0];
        let chunk = Chunk::from_values(vec![4, 2], pairs).unwrap();
        let found = quantiles(&chunk, &[0, 1], &QuantileKind::Weighted(vec![0.0, 0.5, 1.0]), true);
        let expected = [1.0, 1.4, 2.2];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        let strict = quantiles(&chunk, &[0, 1], &QuantileKind::Weighted(vec![0.5]), false);
        assert!(strict[0].is_nan());
    }
}
