//! When variables of one name count as the same, and whose attributes their union has.

use super::CombineError;
use crate::array::{DType, Scalar};
use crate::dataset::common_coordinates::{common_sizes, equal};
use crate::dataset::missing::is_missing;
use crate::dataset::{Attributes, DatasetError, Variable};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, Evaluate, Plan};

/// How variables of one name may differ that are to become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compat {
    /// Dimensions and values must be the same.
    Equals,
    /// Attributes must be, too.
    Identical,
    /// Values must be the same once they are broadcast.
    BroadcastEquals,
    /// Values must be the same where none is missing; missing ones are taken from the others.
    NoConflicts,
    /// In any way: the first one counts.
    Override,
    /// Conflicting coordinates are left out.
    Minimal,
}

/// Whose attributes a union has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AttributeMerge {
    /// Nobody's.
    Drop,
    /// Everybody's, which must be the same.
    Identical,
    /// All of them; those of one name must be the same.
    NoConflicts,
    /// All but those of one name that differ.
    DropConflicts,
    /// Those of the first.
    #[default]
    Override,
}

impl AttributeMerge {
    /// The attributes of a union.
    ///
    /// # Errors
    /// Where they differ and mustn't.
    pub fn merge(self, all: &[&Attributes]) -> Result<Attributes, DatasetError> {
        let Some((first, others)) = all.split_first() else { return Ok(Attributes::new()) };
        let mut merged = Attributes::clone(first);
        let differing = |rule, key: &String| CombineError::DifferingAttributes { rule, key: key.clone() };
        match self {
            AttributeMerge::Drop => merged.clear(),
            AttributeMerge::Override => {}
            AttributeMerge::Identical => {
                for other in others {
                    let all_keys = merged.keys().chain(other.keys());
                    if let Some(key) = all_keys.into_iter().find(|key| merged.get(*key) != other.get(*key)) {
                        return Err(differing("identical", key).into());
                    }
                }
            }
            AttributeMerge::NoConflicts => {
                for (key, value) in others.iter().copied().flatten() {
                    if merged.entry(key.clone()).or_insert_with(|| value.clone()) != value {
                        return Err(differing("no_conflicts", key).into());
                    }
                }
            }
            AttributeMerge::DropConflicts => {
                let mut dropped: Vec<&String> = Vec::new();
                for (key, value) in others.iter().copied().flatten() {
                    if merged.entry(key.clone()).or_insert_with(|| value.clone()) != value {
                        dropped.push(key);
                    }
                }
                merged.retain(|key, _| !dropped.contains(&key));
            }
        }
        Ok(merged)
    }
}

/// Whether the values of lazily compared pairs are the same.
enum Answer {
    Known(bool),
    /// The one truth value of an array.
    Asked(Array),
}

impl Compat {
    /// For each list of variables of one name, whether all are the same as the first in this sense. Lazy values are
    /// reduced to one truth value a pair, in one evaluation.
    pub(super) fn all_same(
        self,
        lists: &[(&str, Vec<&Variable>)],
        evaluate: &dyn Evaluate,
    ) -> Result<Vec<bool>, DatasetError> {
        let mut answers: Vec<Vec<Answer>> = Vec::with_capacity(lists.len());
        for (name, variables) in lists {
            let mut pairs = Vec::new();
            for other in variables.iter().skip(1) {
                let answer = self.same(name, variables[0], other)?;
                let is_no = matches!(answer, Answer::Known(false));
                pairs.push(answer);
                if is_no {
                    break;
                }
            }
            answers.push(pairs);
        }
        let asked: Vec<Array> = answers
            .iter()
            .filter(|pairs| !pairs.iter().any(|answer| matches!(answer, Answer::Known(false))))
            .flatten()
            .filter_map(|answer| match answer {
                Answer::Asked(array) => Some(array.clone()),
                Answer::Known(_) => None,
            })
            .collect();
        let mut told = if asked.is_empty() { Vec::new() } else { evaluate.evaluate(&asked)? }.into_iter();
        Ok(answers
            .into_iter()
            .map(|pairs| {
                if pairs.iter().any(|answer| matches!(answer, Answer::Known(false))) {
                    return false;
                }
                let mut all = true;
                for answer in pairs {
                    if let Answer::Asked(_) = answer {
                        let chunk = told.next().expect("evaluation gives one chunk an array");
                        all &= chunk.get(0) == Some(Scalar::Bool(true));
                    }
                }
                all
            })
            .collect())
    }

    fn same(self, name: &str, first: &Variable, other: &Variable) -> Result<Answer, DatasetError> {
        let broadcasts = matches!(self, Compat::BroadcastEquals | Compat::NoConflicts | Compat::Minimal);
        if self == Compat::Override {
            return Ok(Answer::Known(true));
        }
        if self == Compat::Identical && first.attributes != other.attributes {
            return Ok(Answer::Known(false));
        }
        let same_shape = first.dims == other.dims && first.data.shape() == other.data.shape();
        if !same_shape && !broadcasts {
            return Ok(Answer::Known(false));
        }
        if same_shape && is_same_plan(&first.data, &other.data) {
            return Ok(Answer::Known(true));
        }
        if same_shape && first.values().is_some() && other.values().is_some() {
            let is_equal = equal(name, first, other)?;
            if is_equal || self != Compat::NoConflicts || first.dtype() == DType::Text {
                return Ok(Answer::Known(is_equal));
            }
        }
        let sizes = common_sizes([first, other]);
        let fits = |variable: &Variable| variable.sizes().iter().all(|(dimension, size)| sizes[dimension] == *size);
        if !fits(first) || !fits(other) {
            return Ok(Answer::Known(false));
        }
        let (a, b) = (first.expand(&sizes), other.expand(&sizes));
        if a.dtype() == DType::Text || b.dtype() == DType::Text {
            if a.dtype() != b.dtype() {
                return Ok(Answer::Known(false));
            }
        } else if a.dtype().promote(b.dtype()).is_none() {
            return Ok(Answer::Known(false));
        }
        let (a_missing, b_missing) = (is_missing(&a)?, is_missing(&b)?);
        let missing = match self {
            Compat::NoConflicts => a_missing.binary(BinaryOp::LogicalOr, &b_missing)?,
            _ => a_missing.binary(BinaryOp::LogicalAnd, &b_missing)?,
        };
        let same = a.binary(BinaryOp::Equal, &b)?.binary(BinaryOp::LogicalOr, &missing)?;
        let axes: Vec<usize> = (0..same.ndim()).collect();
        Ok(Answer::Asked(same.reduce("all", &axes, ReductionOptions::default())?))
    }

    /// The one variable that stands for several of a name that are the same in this sense, but for its attributes.
    pub(super) fn unite(self, variables: &[&Variable]) -> Result<Variable, DatasetError> {
        let mut united = variables[0].clone();
        if variables.len() == 1 {
            return Ok(united);
        }
        match self {
            Compat::BroadcastEquals | Compat::Minimal => {
                let sizes = common_sizes(variables.iter().copied());
                united.data = united.expand(&sizes);
                united.dims = sizes.into_keys().collect();
            }
            Compat::NoConflicts => {
                for other in &variables[1..] {
                    if united.dims == other.dims && is_same_plan(&united.data, &other.data) {
                        continue;
                    }
                    let sizes = common_sizes([&united, other]);
                    let (this, filling) = (united.expand(&sizes), other.expand(&sizes));
                    let present = is_missing(&this)?.unary(UnaryOp::LogicalNot)?;
                    united.data = present.select(&this, &filling)?;
                    united.dims = sizes.into_keys().collect();
                }
            }
            Compat::Equals | Compat::Identical | Compat::Override => {}
        }
        Ok(united)
    }
}

/// Whether two arrays are computed in the same way from the same, so that nothing needs computing to tell.
fn is_same_plan(a: &Array, b: &Array) -> bool {
    let plan = |array: &Array| Plan::of(std::slice::from_ref(array));
    a.is_same(b) || (a.in_memory_values().is_none() && a.dtype() == b.dtype() && plan(a) == plan(b))
}
