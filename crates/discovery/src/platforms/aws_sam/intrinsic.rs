//! CloudFormation's intrinsic functions, read the same way in their short (`!GetAtt A.B`) and long
//! (`{Fn::GetAtt: [A, B]}`) forms.

use lockstep_document::{Node, Value};

/// A call of an intrinsic function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// Without `Fn::`: `Ref`, `GetAtt`, `Sub`.
    pub(super) name: &'a str,
    /// What it is called with. A short form's argument is the tagged node itself: read it with [`plain`].
    pub(super) argument: &'a Node,
}

/// The call that `node` is, if it is one.
pub(super) fn call(node: &Node) -> Option<Call<'_>> {
    match &node.tag {
        Some(tag) => Some(Call { name: tag, argument: node }),
        None => plain(node),
    }
}

/// The call that `node` is in its long form, its tag not looked at.
pub(super) fn plain(node: &Node) -> Option<Call<'_>> {
    let Value::Map(entries) = &node.value else { return None };
    let [(key, argument)] = entries.as_slice() else { return None };
    let name = if key.text == "Ref" { "Ref" } else { key.text.strip_prefix("Fn::")? };
    Some(Call { name, argument })
}

/// What `!GetAtt` names: logical id and attribute. `argument` is `A.B.C`, or a list of two.
pub(super) fn attribute(argument: &Node) -> Option<(&str, String)> {
    match argument.items() {
        [] => {
            let (id, attribute) = argument.as_str()?.split_once('.')?;
            Some((id, attribute.to_owned()))
        }
        [id, rest @ ..] => {
            let parts: Vec<&str> = rest.iter().filter_map(Node::as_text).collect();
            Some((id.as_str()?, parts.join(".")))
        }
    }
}

/// A part of the text of `!Sub`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// As it stands.
    Text(&'a str),
    /// `${Name}`: a variable, a parameter, a resource or one of its attributes.
    Name(&'a str),
}

/// The parts of the text of `!Sub`. `${!X}` is the text `${X}`.
pub(super) fn substitution(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|end| at + end) else { break };
        if at > 0 {
            parts.push(Part::Text(&rest[..at]));
        }
        let name = &rest[at + 2..end];
        match name.strip_prefix('!') {
            Some(literal) => parts.extend([Part::Text("${"), Part::Text(literal), Part::Text("}")]),
            None => parts.push(Part::Name(name.trim())),
        }
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_forms_are_one() {
        let text = "a: !GetAtt Fn.Arn\nb: {'Fn::GetAtt': [Fn, Arn]}\nc: !GetAtt [Fn, Arn]\nd: {Fn::GetAtt: Fn.Arn}\n";
        let root = lockstep_document::parse("yaml", text).unwrap().root;
        for (key, node) in root.entries() {
            let call = call(node).unwrap();
            assert_eq!((call.name, attribute(call.argument)), ("GetAtt", Some(("Fn", "Arn".into()))), "{}", key.text);
        }
        let root = lockstep_document::parse("yaml", "a: {Ref: X, Other: 1}\nb: {Sub: x}\nc: x\n").unwrap().root;
        assert!(root.entries().iter().all(|(_, node)| call(node).is_none()));
    }

    #[test]
    fn substitutions_have_parts() {
        use Part::{Name, Text};
        let cases: [(&str, &[Part<'_>]); 5] = [
            ("a-${B}", &[Text("a-"), Name("B")]),
            ("${A.Arn}/*", &[Name("A.Arn"), Text("/*")]),
            ("${!x}", &[Text("${"), Text("x"), Text("}")]),
            ("${open", &[Text("${open")]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(substitution(text), expected, "{text}");
        }
    }
}
