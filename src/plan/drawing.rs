//! A plan as a drawing: one box a node, inputs above what is made of them, in SVG.

use super::explain::{chunks, operation};
use super::{Node, Plan};
use std::fmt::Write;

const BOX_WIDTH: usize = 260;
const BOX_HEIGHT: usize = 44;
const GAP: usize = 36;
/// Characters that a box has room for.
const LINE: usize = 38;

/// The plan as the text of an SVG file (<https://www.w3.org/TR/SVG11/>).
pub fn draw(plan: &Plan) -> String {
    let ids: Vec<_> = plan.ids().collect();
    let mut depths: Vec<usize> = Vec::new();
    let mut columns: Vec<usize> = Vec::new();
    let mut widths: Vec<usize> = Vec::new();
    for &id in &ids {
        let inputs = &plan.node(id).inputs;
        let depth = inputs.iter().map(|input| depths[input.0 as usize] + 1).max().unwrap_or(0);
        widths.resize(widths.len().max(depth + 1), 0);
        depths.push(depth);
        columns.push(widths[depth]);
        widths[depth] += 1;
    }
    let corner = |node: usize| (GAP + columns[node] * (BOX_WIDTH + GAP), GAP + depths[node] * (BOX_HEIGHT + GAP));
    let (width, height) =
        (GAP + widths.iter().max().unwrap_or(&0) * (BOX_WIDTH + GAP), GAP + widths.len() * (BOX_HEIGHT + GAP));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"monospace\" font-size=\"11\">\n"
    );
    for (position, &id) in ids.iter().enumerate() {
        let (x, y) = corner(position);
        for input in &plan.node(id).inputs {
            let (from_x, from_y) = corner(input.0 as usize);
            line(&mut svg, (from_x + BOX_WIDTH / 2, from_y + BOX_HEIGHT), (x + BOX_WIDTH / 2, y));
        }
    }
    for (position, &id) in ids.iter().enumerate() {
        labelled_box(&mut svg, corner(position), plan, plan.node(id), plan.outputs().contains(&id));
    }
    svg + "</svg>\n"
}

fn line(svg: &mut String, from: (usize, usize), to: (usize, usize)) {
    let (x1, y1, x2, y2) = (from.0, from.1, to.0, to.1);
    writeln!(svg, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#888\"/>")
        .expect("writing to a string doesn't fail");
}

fn labelled_box(svg: &mut String, (x, y): (usize, usize), plan: &Plan, node: &Node, is_output: bool) {
    let fill = if is_output { "#dcebff" } else { "#f4f4f4" };
    let what = escaped(&operation(plan, node));
    let shape = escaped(&format!("{} {:?}, {}", node.dtype, node.shape, chunks(&node.grid)));
    let (text_x, first, second) = (x + 8, y + 18, y + 34);
    write!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"4\" fill=\"{fill}\" stroke=\"#444\"/>\n\
         <text x=\"{text_x}\" y=\"{first}\">{what}</text>\n<text x=\"{text_x}\" y=\"{second}\" fill=\"#555\">{shape}</text>\n"
    )
    .expect("writing to a string doesn't fail");
}

/// Text that fits a box, as XML writes it.
fn escaped(text: &str) -> String {
    let short: String = match text.chars().count() {
        count if count > LINE => text.chars().take(LINE - 1).chain(['…']).collect(),
        _ => text.to_owned(),
    };
    short.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{ChunkGrid, DType, Scalar};
    use crate::kernels::elementwise::BinaryOp;
    use crate::kernels::generate::Generator;
    use crate::plan::Array;

    #[test]
    fn every_node_has_a_box_and_every_input_a_line() {
        let rule = Generator::Arange { start: Scalar::Int(0), step: Scalar::Int(1) };
        let x = Array::generated(rule, DType::Float64, ChunkGrid::regular(&[4, 4], &[2, 2]));
        let sum = x.binary(BinaryOp::Add, &x.transpose(&[1, 0]).unwrap()).unwrap();
        let plan = Plan::of(&[sum]);
        let svg = draw(&plan);
        assert_eq!(svg.matches("<rect").count(), plan.ids().count(), "{svg}");
        assert_eq!(svg.matches("<line").count(), 3, "{svg}");
        assert!(svg.starts_with("<svg") && svg.contains("add(") && svg.contains("4 chunks of [2, 2]"), "{svg}");
    }
}
