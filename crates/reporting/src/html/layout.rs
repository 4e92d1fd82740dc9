//! Where functions lie on the map: services as boxes of columns, boxes packed close, those that change together beside
//! each other. Everything is computed here and nothing at random, so two runs draw the same map, and a thousand functions
//! take no longer to open than their drawing.

use std::collections::BTreeMap;

/// Columns and rows of functions, in the map's units. Between columns is room for the lines within one.
const CELL: (f64, f64) = (224.0, 42.0);
/// Between the edge of a box and what it holds; its title has a line of its own.
const PADDING: f64 = 14.0;
const TITLE: f64 = 30.0;
/// Between boxes.
const GAP: f64 = 34.0;
/// Width to height that boxes and the map should have.
const BOX_SHAPE: f64 = 1.4;
const MAP_SHAPE: f64 = 1.5;

/// Functions that are claimed to belong together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The name above the box.
    pub(super) name: String,
    /// The functions, in the order in which they are to lie.
    pub(super) functions: Vec<usize>,
}

/// Services of one stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stack {
    /// The name above the box.
    pub(super) name: String,
    /// Its services. A stack of one service gets no box of its own.
    pub(super) services: Vec<Group>,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Area {
    /// The name above it.
    pub(super) name: String,
    /// True for a stack, which holds services.
    pub(super) is_stack: bool,
    /// Left, top, width, height.
    pub(super) at: [f64; 4],
}

/// A map.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Layout {
    /// The boxes, outer ones first.
    pub(super) areas: Vec<Area>,
    /// The middle of each function that is on the map.
    pub(super) functions: BTreeMap<usize, [f64; 2]>,
}

/// How strongly two functions pull each other, for those that do.
pub(super) type Pulls<'a> = &'a [(usize, usize, f64)];

/// Something that has been laid out around (0, 0) as its left upper corner.
struct Block {
    size: [f64; 2],
    layout: Layout,
}

/// Lays out `stacks`.
pub(super) fn layout(stacks: &[Stack], pulls: Pulls<'_>) -> Layout {
    let blocks: Vec<Block> = stacks.iter().map(|stack| of_stack(stack, pulls)).collect();
    let members: Vec<Vec<usize>> = stacks.iter().map(functions).collect();
    pack(blocks, &chain(&members, pulls)).layout
}

fn functions(stack: &Stack) -> Vec<usize> {
    stack.services.iter().flat_map(|service| service.functions.iter().copied()).collect()
}

fn of_stack(stack: &Stack, pulls: Pulls<'_>) -> Block {
    let mut blocks: Vec<Block> = stack.services.iter().map(of_service).collect();
    if blocks.len() == 1 {
        return blocks.remove(0);
    }
    let members: Vec<Vec<usize>> = stack.services.iter().map(|service| service.functions.clone()).collect();
    let inner = pack(blocks, &chain(&members, pulls));
    let size = [inner.size[0] + 2.0 * PADDING, inner.size[1] + PADDING + TITLE];
    let area = Area { name: stack.name.clone(), is_stack: true, at: [0.0, 0.0, size[0], size[1]] };
    let mut layout = Layout { areas: vec![area], functions: BTreeMap::new() };
    put(&mut layout, inner.layout, [PADDING, TITLE]);
    Block { size, layout }
}

fn of_service(service: &Group) -> Block {
    let number = service.functions.len().max(1) as f64;
    let columns = (number * BOX_SHAPE * CELL.1 / CELL.0).sqrt().ceil().max(1.0);
    let rows = (number / columns).ceil();
    let size = [columns * CELL.0 + 2.0 * PADDING, rows * CELL.1 + PADDING + TITLE];
    let area = Area { name: service.name.clone(), is_stack: false, at: [0.0, 0.0, size[0], size[1]] };
    let place = |(number, function): (usize, &usize)| {
        // Down the columns: functions that belong together follow each other, and lines of reading are short.
        let (column, row) = ((number as f64 / rows).floor(), number as f64 % rows);
        (*function, [PADDING + (column + 0.5) * CELL.0, TITLE + (row + 0.5) * CELL.1])
    };
    let functions = service.functions.iter().enumerate().map(place).collect();
    Block { size, layout: Layout { areas: vec![area], functions } }
}

fn put(into: &mut Layout, from: Layout, by: [f64; 2]) {
    into.areas.extend(from.areas.into_iter().map(|mut area| {
        area.at[0] += by[0];
        area.at[1] += by[1];
        area
    }));
    into.functions.extend(from.functions.into_iter().map(|(function, [x, y])| (function, [x + by[0], y + by[1]])));
}

/// The order in which members are to be packed: each next to those that pull it most. What nothing pulls comes last.
fn chain(members: &[Vec<usize>], pulls: Pulls<'_>) -> Vec<usize> {
    let of: BTreeMap<usize, usize> =
        (0..).zip(members).flat_map(|(member, functions)| functions.iter().map(move |one| (*one, member))).collect();
    let mut between: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); members.len()];
    for (a, b, pull) in pulls {
        if let (Some(a), Some(b)) = (of.get(a), of.get(b)).to_owned()
            && a != b
        {
            *between[*a].entry(*b).or_default() += pull;
            *between[*b].entry(*a).or_default() += pull;
        }
    }
    let total: Vec<f64> = between.iter().map(|pulls| pulls.values().sum()).collect();
    let mut gain = vec![0.0; members.len()];
    let mut left: Vec<usize> = (0..members.len()).collect();
    // Among equals: who pulls more in all, then the larger, then the first.
    let mut order = Vec::with_capacity(members.len());
    while !left.is_empty() {
        let better = |x: &usize, y: &usize| {
            (gain[*x] as f64)
                .total_cmp(&gain[*y])
                .then(total[*x].total_cmp(&total[*y]))
                .then(members[*x].len().cmp(&members[*y].len()))
                .then(y.cmp(x))
        };
        let Some(at) = (0..left.len()).max_by(|x, y| better(&left[*x], &left[*y])) else { break };
        let next = left.remove(at);
        // What was placed long ago is far away by now.
        gain.iter_mut().for_each(|gain| *gain *= 0.5);
        between[next].iter().for_each(|(other, pull)| gain[*other] += pull);
        order.push(next);
    }
    order
}

/// Packs blocks in this order, each as high as it fits and as far left, on the outline of those before.
fn pack(blocks: Vec<Block>, order: &[usize]) -> Block {
    let area: f64 = blocks.iter().map(|block| (block.size[0] + GAP) * (block.size[1] + GAP)).sum();
    let widest = blocks.iter().map(|block| block.size[0]).fold(0.0, f64::max);
    let width = (area * MAP_SHAPE).sqrt().max(widest) + GAP;
    let mut blocks: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    let mut outline = Outline(vec![[0.0, width, 0.0]]);
    let mut packed = Layout::default();
    let mut size = [0.0_f64; 2];
    for block in order.iter().filter_map(|number| blocks[*number].take()) {
        let at = outline.take(block.size);
        size = [size[0].max(at[0] + block.size[0]), size[1].max(at[1] + block.size[1])];
        put(&mut packed, block.layout, at);
    }
    Block { size, layout: packed }
}

/// The lower outline of what is packed: from, to, and where room begins below; from left to right, without gaps.
struct Outline(Vec<[f64; 3]>);

impl Outline {
    /// The left upper corner of a place for `size`, which is taken.
    fn take(&mut self, size: [f64; 2]) -> [f64; 2] {
        let end = self.0.last().map_or(0.0, |part| part[1]);
        let starts = self.0.iter().map(|part| part[0]).filter(|x| x + size[0] + GAP <= end + 0.5);
        let place = |x: f64| [x, self.top(x, x + size[0] + GAP)];
        let higher = |p: &[f64; 2], q: &[f64; 2]| p[1].total_cmp(&q[1]).then(p[0].total_cmp(&q[0]));
        let [x, y] = starts.map(place).min_by(higher).unwrap_or_else(|| place(0.0));
        self.cover([x, x + size[0] + GAP, y + size[1] + GAP]);
        [x, y]
    }

    /// Where room begins below `from` to `to`.
    fn top(&self, from: f64, to: f64) -> f64 {
        self.0.iter().filter(|part| part[0] < to && part[1] > from).map(|part| part[2]).fold(0.0, f64::max)
    }

    fn cover(&mut self, new: [f64; 3]) {
        let mut parts = Vec::with_capacity(self.0.len() + 2);
        for [from, to, top] in self.0.drain(..) {
            if from < new[0] {
                parts.push([from, to.min(new[0]), top]);
            }
            if to > new[1] {
                parts.push([from.max(new[1]), to, top]);
            }
        }
        parts.push(new);
        parts.sort_by(|p, q| p[0].total_cmp(&q[0]));
        self.0 = parts;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stacks(sizes: &[Vec<usize>]) -> Vec<Stack> {
        let mut next = 0;
        let mut service = |size: &usize| {
            next += size;
            Group { name: format!("service {next}"), functions: (next - size..next).collect() }
        };
        let stack = |(number, services): (usize, &Vec<usize>)| Stack {
            name: format!("stack {number}"),
            services: services.iter().map(&mut service).collect(),
        };
        sizes.iter().enumerate().map(stack).collect()
    }

    fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
        a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3]
    }

    proptest! {
        #[test]
        fn nothing_lies_upon_another(
            sizes in proptest::collection::vec(proptest::collection::vec(1usize..20, 1..4), 0..12),
            pulls in proptest::collection::vec((0usize..60, 0usize..60, 0.0..1.0), 0..30),
        ) {
            let stacks = stacks(&sizes);
            let laid = layout(&stacks, &pulls);
            prop_assert_eq!(&laid, &layout(&stacks, &pulls));
            let all: usize = sizes.iter().flatten().sum();
            prop_assert_eq!(laid.functions.len(), all);
            let services: Vec<&Area> = laid.areas.iter().filter(|area| !area.is_stack).collect();
            for (number, one) in services.iter().enumerate() {
                prop_assert!(services[..number].iter().all(|other| !overlap(one.at, other.at)));
            }
            let places: Vec<&[f64; 2]> = laid.functions.values().collect();
            for (number, [x, y]) in places.iter().enumerate() {
                let inside = services.iter().filter(|area| overlap(area.at, [*x, *y, 0.1, 0.1])).count();
                prop_assert_eq!(inside, 1);
                let near = |other: &&&[f64; 2]| (other[0] - x).abs() < CELL.0 && (other[1] - y).abs() < CELL.1;
                prop_assert!(!places[..number].iter().any(|other| near(&other)));
            }
        }
    }

    #[test]
    fn who_changes_together_lies_side_by_side() {
        let stacks = stacks(&vec![vec![1]; 8]);
        let laid = layout(&stacks, &[(1, 6, 0.9)]);
        let [a, b] = [laid.functions[&1], laid.functions[&6]];
        assert!((a[0] - b[0]).hypot(a[1] - b[1]) <= CELL.0 + 2.0 * PADDING + GAP, "{a:?} {b:?}");
    }

    #[test]
    fn a_stack_of_several_services_is_a_box_around_them() {
        let laid = layout(&stacks(&[vec![2, 3], vec![4]]), &[]);
        assert_eq!(laid.areas.iter().filter(|area| area.is_stack).count(), 1);
        let stack = laid.areas.iter().find(|area| area.is_stack).unwrap();
        assert_eq!(laid.areas.iter().filter(|area| !area.is_stack && overlap(area.at, stack.at)).count(), 2);
    }
}
