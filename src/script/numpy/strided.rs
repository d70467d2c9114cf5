//! Which elements of a buffer an array shows: strides for numpy's views, flat positions for lists and masks.

use crate::array::{Shape, row_major_strides};
use crate::plan::{AxisSlice, broadcast_shapes};
use crate::script::errors::plan_exception;
use crate::script::indexing::{Entry, axis_slice, check_mask, in_bounds};
use rustpython_vm::{PyResult, VirtualMachine};

/// Elements of a buffer at equal distances along each axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strided {
    /// Position of the first element.
    pub offset: isize,
    /// Length along each axis.
    pub shape: Shape,
    /// Distance between neighbours along each axis.
    pub strides: Vec<isize>,
}

/// What an index selects.
pub(super) enum Selection {
    /// Elements at equal distances: a view.
    View(Strided),
    /// Elements at these positions of the buffer, under a shape: a copy.
    Elements(Vec<usize>, Shape),
}

impl Strided {
    /// All elements of a buffer in row-major order.
    pub fn whole(shape: &[usize]) -> Strided {
        let strides = row_major_strides(shape).into_iter().map(|stride| stride as isize).collect();
        Strided { offset: 0, shape: shape.to_vec(), strides }
    }

    /// Positions of the elements in row-major order.
    pub fn positions(&self) -> Vec<usize> {
        let axes = self.shape.iter().zip(&self.strides);
        outer(self.offset, axes.map(|(&length, &stride)| multiples(length, stride)))
    }

    /// The elements that an index selects.
    ///
    /// # Errors
    /// `IndexError` where it leaves the array, or lists can't be broadcast together.
    pub fn select(&self, entries: Vec<Entry>, vm: &VirtualMachine) -> PyResult<Selection> {
        let has_lists = entries.iter().any(|entry| matches!(entry, Entry::List(..) | Entry::Mask(..)));
        let mut chosen = Strided { offset: self.offset, shape: Vec::new(), strides: Vec::new() };
        let mut lists = Lists::default();
        let mut axis = 0;
        for entry in entries {
            match entry {
                Entry::NewAxis => {
                    chosen.shape.push(1);
                    chosen.strides.push(0);
                }
                Entry::At(position) => {
                    let position = in_bounds(position, axis, self.shape[axis], vm)?;
                    let offset = position as isize * self.strides[axis];
                    if has_lists {
                        lists.add(vec![offset], Vec::new(), chosen.shape.len());
                    } else {
                        chosen.offset += offset;
                    }
                    axis += 1;
                }
                Entry::Slice(slice) => {
                    let AxisSlice { start, step, count } = axis_slice(&slice, self.shape[axis]);
                    chosen.offset += if count > 0 { start as isize * self.strides[axis] } else { 0 };
                    chosen.shape.push(count);
                    chosen.strides.push(self.strides[axis] * step);
                    axis += 1;
                }
                Entry::List(positions, shape) => {
                    let offset = |&position: &i64| {
                        Ok(in_bounds(position, axis, self.shape[axis], vm)? as isize * self.strides[axis])
                    };
                    let offsets = positions.iter().map(offset).collect::<PyResult<_>>()?;
                    lists.add(offsets, shape, chosen.shape.len());
                    axis += 1;
                }
                Entry::Mask(mask, shape) => {
                    check_mask(&shape, &self.shape[axis..axis + shape.len()], axis, vm)?;
                    let strides = &self.strides[axis..axis + shape.len()];
                    let offsets = outer_offsets(0, shape.iter().zip(strides).map(|(&n, &stride)| multiples(n, stride)));
                    let taken: Vec<isize> =
                        offsets.into_iter().zip(mask).filter(|pair| pair.1).map(|pair| pair.0).collect();
                    let count = taken.len();
                    lists.add(taken, vec![count], chosen.shape.len());
                    axis += shape.len();
                }
            }
        }
        if has_lists { lists.elements(&chosen, vm) } else { Ok(Selection::View(chosen)) }
    }
}

/// Offsets that lists give, broadcast together as numpy does; they are one axis until the end.
#[derive(Default)]
struct Lists {
    parts: Vec<(Vec<isize>, Shape)>,
    /// Number of the result's other axes before the first list, and whether all lists stand there.
    place: Option<(usize, bool)>,
}

impl Lists {
    fn add(&mut self, offsets: Vec<isize>, shape: Shape, axes_before: usize) {
        self.parts.push((offsets, shape));
        self.place = Some(match self.place {
            None => (axes_before, true),
            Some((first, together)) => (first, together && first == axes_before),
        });
    }

    fn elements(self, others: &Strided, vm: &VirtualMachine) -> PyResult<Selection> {
        let mut shape = Shape::new();
        for (_, part) in &self.parts {
            shape = broadcast_shapes(&shape, part).map_err(|error| plan_exception(error, vm))?;
        }
        let count = shape.iter().product();
        let mut offsets = vec![0; count];
        for (part, own) in &self.parts {
            let positions = broadcast_positions(own, &shape);
            offsets.iter_mut().zip(positions).for_each(|(offset, position)| *offset += part[position]);
        }
        // Lists that stand together give their axes where they stand, else first.
        let place = self.place.filter(|(_, together)| *together).map_or(0, |(first, _)| first);
        let mut axes: Vec<Vec<isize>> =
            others.shape.iter().zip(&others.strides).map(|(&length, &stride)| multiples(length, stride)).collect();
        axes.insert(place, offsets);
        let mut result = others.shape.clone();
        result.splice(place..place, shape);
        Ok(Selection::Elements(outer(others.offset, axes.into_iter()), result))
    }
}

/// Positions in an array of one shape of the elements of what it is broadcast to.
pub(super) fn broadcast_positions(shape: &[usize], to: &[usize]) -> Vec<usize> {
    let mut view = Strided { offset: 0, shape: to.to_vec(), strides: vec![0; to.len()] };
    let leading = to.len() - shape.len();
    for (axis, stride) in row_major_strides(shape).into_iter().enumerate() {
        view.strides[leading + axis] = if shape[axis] == 1 { 0 } else { stride as isize };
    }
    view.positions()
}

fn multiples(count: usize, stride: isize) -> Vec<isize> {
    (0..count as isize).map(|index| index * stride).collect()
}

/// Sums of one offset an axis, the last axis fastest.
fn outer_offsets(start: isize, axes: impl Iterator<Item = Vec<isize>>) -> Vec<isize> {
    axes.fold(vec![start], |sums, axis| {
        sums.iter().flat_map(|sum| axis.iter().map(move |offset| sum + offset)).collect()
    })
}

fn outer(start: isize, axes: impl Iterator<Item = Vec<isize>>) -> Vec<usize> {
    outer_offsets(start, axes).into_iter().map(|position| position as usize).collect()
}
