//! Lists, tuples, sets.

use std::rc::Rc;

use super::{
    super::{
        calls::Arg,
        machine::{Frame, Machine},
        operators::{equal, same},
        values::{ListV, Place, V},
    },
    call_for, list_of, native_list,
};
use crate::tree::Language;

/// `Array.from`, `len`, `sorted` …; none for anything else.
pub(super) fn function(
    machine: &mut Machine<'_, '_, '_>,
    module: &str,
    path: &str,
    values: &[V],
    arguments: &[Arg],
    place: Place,
    frame: &Frame,
) -> Option<V> {
    let first = values.first().cloned().unwrap_or(V::Undefined);
    let items = |machine: &Machine<'_, '_, '_>| machine.elements(&first);
    let unknown = || V::open_list(Vec::new());
    Some(match (module, path) {
        ("", "Array.isArray") => match &first {
            V::List(_) => V::Boolean(true),
            V::Unknown(_) | V::Attribute(..) | V::Instance(_) => V::unknown("whether it is a list"),
            _ => V::Boolean(false),
        },
        ("", "Array.of") => V::list(values.to_vec()),
        ("", "Array.from") => {
            let list = items(machine).map_or_else(unknown, |items| list_of(items, !machine.is_closed(&first)));
            match (native_list(&list), values.get(1)) {
                (Some(list), Some(map)) => method(machine, &list, "map", std::slice::from_ref(map), place, frame),
                _ => list,
            }
        }
        ("", "list" | "tuple" | "sorted" | "iter" | "frozenset") => {
            items(machine).map_or_else(unknown, |items| list_of(items, !machine.is_closed(&first)))
        }
        ("", "set") => items(machine).map_or_else(unknown, distinct),
        ("", "reversed") => items(machine).map_or_else(unknown, |mut items| {
            items.reverse();
            V::list(items)
        }),
        ("", "len") => match items(machine).filter(|_| machine.is_closed(&first)) {
            Some(items) => V::Number(items.len() as f64),
            None => V::unknown("how many there are"),
        },
        ("", "enumerate") => {
            let start = arguments.iter().find(|one| one.name.as_deref() == Some("start")).map(|one| one.value.clone());
            let start = match start.or(values.get(1).cloned()) {
                Some(V::Number(start)) => start,
                _ => 0.0,
            };
            let pair = |(index, item): (usize, V)| V::list(vec![V::Number(start + index as f64), item]);
            items(machine).map_or_else(unknown, |items| V::list(items.into_iter().enumerate().map(pair).collect()))
        }
        ("", "range") => range(values),
        ("", "zip") => {
            let lists: Option<Vec<Vec<V>>> = values.iter().map(|value| machine.elements(value)).collect();
            let Some(lists) = lists else { return Some(unknown()) };
            let length = lists.iter().map(Vec::len).min().unwrap_or(0);
            let row = |index: usize| V::list(lists.iter().map(|list| list[index].clone()).collect());
            V::list((0..length).map(row).collect())
        }
        ("", "map" | "filter") => match (values.first(), values.get(1).and_then(native_list)) {
            (Some(function), Some(list)) => method(machine, &list, path, std::slice::from_ref(function), place, frame),
            _ => unknown(),
        },
        ("", "any" | "all" | "min" | "max" | "sum" | "next") => V::unknown("a question about a list"),
        _ => return None,
    })
}

fn range(values: &[V]) -> V {
    let number = |index: usize| match values.get(index) {
        Some(V::Number(number)) => Some(*number),
        _ => None,
    };
    let (from, to) = match values.len() {
        1 => (Some(0.0), number(0)),
        _ => (number(0), number(1)),
    };
    let (Some(from), Some(to)) = (from, to) else { return V::open_list(Vec::new()) };
    let step = number(2).filter(|step| *step > 0.0).unwrap_or(1.0);
    let mut items = Vec::new();
    let mut at = from;
    while at < to && items.len() < 2_000 {
        items.push(V::Number(at));
        at += step;
    }
    list_of(items, at < to)
}

/// Without those that are there already.
pub(super) fn distinct(items: Vec<V>) -> V {
    let mut kept: Vec<V> = Vec::new();
    for item in items.into_iter().take(5_000) {
        if !kept.iter().any(|known| same(known, &item)) {
            kept.push(item);
        }
    }
    V::list(kept)
}

/// A method of a list.
pub(super) fn method(
    machine: &mut Machine<'_, '_, '_>,
    list: &Rc<ListV>,
    name: &str,
    values: &[V],
    place: Place,
    frame: &Frame,
) -> V {
    let items: Vec<V> = list.items.borrow().clone();
    let open = list.open.get();
    let first = values.first().cloned().unwrap_or(V::Undefined);
    match name {
        "push" | "append" | "add" => {
            let unsure = machine.below > 0;
            list.items.borrow_mut().extend(values.iter().cloned());
            list.open.set(open || (unsure && values.is_empty()));
            V::List(list.clone())
        }
        "unshift" => {
            list.items.borrow_mut().splice(0..0, values.iter().cloned());
            V::Undefined
        }
        "extend" | "update" => {
            match machine.elements(&first) {
                Some(more) => list.items.borrow_mut().extend(more),
                None => list.open.set(true),
            }
            V::Undefined
        }
        "insert" => {
            if let [V::Number(at), value] = values {
                let at = (at.max(0.0) as usize).min(items.len());
                list.items.borrow_mut().insert(at, value.clone());
            }
            V::Undefined
        }
        "pop" | "shift" => {
            let mut inner = list.items.borrow_mut();
            let removed = if name == "pop" { inner.pop() } else { (!inner.is_empty()).then(|| inner.remove(0)) };
            removed.unwrap_or(V::Undefined)
        }
        "concat" => {
            let mut all = items;
            let mut open = open;
            for value in values {
                match value {
                    V::List(more) => {
                        all.extend(more.items.borrow().iter().cloned());
                        open |= more.open.get();
                    }
                    other => all.push(other.clone()),
                }
            }
            list_of(all, open)
        }
        "slice" => super::slice(&V::List(list.clone()), &first, &values.get(1).cloned().unwrap_or(V::Undefined)),
        "join" => {
            let separator = first.as_str().unwrap_or(",").to_owned();
            let texts = items.iter().map(|item| if item.is_nothing() { String::new() } else { machine.display(item) });
            V::written(super::strings::chained(texts, &separator), items.iter().find_map(V::origin))
        }
        "reverse" | "toReversed" => {
            let mut items = items;
            items.reverse();
            list_of(items, open)
        }
        "sort" | "toSorted" | "values" | "copy" | "fill" => list_of(items, open),
        "entries" => {
            let pair = |(index, item): (usize, V)| V::list(vec![V::Number(index as f64), item]);
            list_of(items.into_iter().enumerate().map(pair).collect(), open)
        }
        "flat" => {
            let parts = items.iter().map(|item| machine.elements(item).filter(|_| matches!(item, V::List(_))));
            let flat: Vec<V> =
                parts.zip(&items).flat_map(|(part, item)| part.unwrap_or_else(|| vec![item.clone()])).collect();
            list_of(flat, open)
        }
        "includes" | "has" => {
            let answers: Vec<Option<bool>> = items.iter().map(|item| equal(item, &first)).collect();
            if answers.contains(&Some(true)) {
                V::Boolean(true)
            } else if open || answers.contains(&None) {
                V::unknown("whether a list holds something")
            } else {
                V::Boolean(false)
            }
        }
        "indexOf" | "index" => match items.iter().position(|item| equal(item, &first) == Some(true)) {
            Some(at) => V::Number(at as f64),
            None if open => V::unknown("where it stands"),
            None => V::Number(-1.0),
        },
        "at" => match first {
            V::Number(at) => {
                let at = if at < 0.0 { items.len() as f64 + at } else { at };
                items.get(at as usize).cloned().unwrap_or(V::Undefined)
            }
            _ => V::unknown("an element that is not known"),
        },
        "forEach" | "map" | "flatMap" | "filter" | "find" | "some" | "every" | "reduce" | "findIndex" => {
            walked(machine, list, name, values, place, frame)
        }
        _ => V::unknown(&format!("`{name}` of a list")),
    }
}

/// Methods that call a function for every element.
fn walked(
    machine: &mut Machine<'_, '_, '_>,
    list: &Rc<ListV>,
    name: &str,
    values: &[V],
    place: Place,
    frame: &Frame,
) -> V {
    let items: Vec<V> = list.items.borrow().clone();
    let Some(function) = values.first() else { return V::Undefined };
    if name == "reduce" {
        let mut items = items.into_iter();
        let start = values.get(1).cloned().or_else(|| items.next()).unwrap_or(V::Undefined);
        return items.fold(start, |sum, item| call_for(machine, function, vec![sum, item], place, frame));
    }
    let python = machine.language(frame.module) == Language::Python;
    let mut results = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if !machine.step() {
            break;
        }
        let mut given = vec![item.clone()];
        if !python {
            given.push(V::Number(index as f64));
        }
        results.push(call_for(machine, function, given, place, frame));
    }
    let mut open = list.open.get();
    if open {
        let one = V::unknown("an element that is not known");
        results.push(machine.unsure(|machine| call_for(machine, function, vec![one], place, frame)));
    }
    let language = machine.language(frame.module);
    match name {
        "map" => list_of(results, open),
        "flatMap" => {
            let mut flat = Vec::new();
            for result in results {
                match &result {
                    V::List(inner) => {
                        open |= inner.open.get();
                        flat.extend(inner.items.borrow().iter().cloned());
                    }
                    _ => flat.push(result),
                }
            }
            list_of(flat, open)
        }
        "filter" => {
            let mut kept = Vec::new();
            for (item, result) in items.into_iter().zip(&results) {
                // What may be kept is: nothing is lost, and the list is open.
                match machine.truth(result, language) {
                    Some(false) => {}
                    Some(true) => kept.push(item),
                    None => {
                        open = true;
                        kept.push(item);
                    }
                }
            }
            list_of(kept, open)
        }
        "find" => {
            for (item, result) in items.into_iter().zip(&results) {
                match machine.truth(result, language) {
                    Some(true) => return item,
                    Some(false) => {}
                    None => return V::unknown("an element that a question chooses"),
                }
            }
            if open { V::unknown("an element that a question chooses") } else { V::Undefined }
        }
        "some" | "every" => {
            let answers: Vec<Option<bool>> = results.iter().map(|result| machine.truth(result, language)).collect();
            let decisive = Some(name == "some");
            if answers.contains(&decisive) {
                V::Boolean(name == "some")
            } else if open || answers.contains(&None) {
                V::unknown("a question about a list")
            } else {
                V::Boolean(name != "some")
            }
        }
        "findIndex" => V::unknown("where it stands"),
        _ => V::Undefined,
    }
}
