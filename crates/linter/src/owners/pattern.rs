//! Patterns of paths in files of code owners. They look like those of `.gitignore` and are not: each host has its own, and
//! says here what it means by the parts of a pattern. Matching takes time that grows with the pattern times the path, never
//! more.

/// A pattern of whole paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Segment>);

/// What stands between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Any number of names, none as well.
    Names,
    /// One name that is exactly this.
    Exactly(String),
    /// One name of this form.
    Form(Vec<Piece>),
}

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Any number of characters, none as well.
    Any,
    /// One character, whichever.
    One,
    /// This character.
    Just(char),
    /// One of these, from the first to the last of each; or, if `true`, none of them.
    Of(bool, Vec<(char, char)>),
}

/// Which signs mean more than themselves, besides `*`, `?` and the backslash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signs {
    /// None.
    Few,
    /// `[a-z]` and `[!a-z]`.
    Ranges,
}

/// Builds patterns, one segment after the other.
#[derive(Default)]
pub(super) struct Builder(Vec<Segment>);

impl Builder {
    /// Any number of names follow, none as well.
    pub(super) fn names(mut self) -> Self {
        if self.0.last() != Some(&Segment::Names) {
            self.0.push(Segment::Names);
        }
        self
    }

    /// One name follows, whichever.
    pub(super) fn any_name(mut self) -> Self {
        self.0.push(Segment::Form(vec![Piece::Any]));
        self
    }

    /// One name of the form `text` follows.
    pub(super) fn name(mut self, text: &str, signs: Signs) -> Self {
        let pieces = pieces(text, signs);
        let just = |piece: &Piece| match piece {
            Piece::Just(letter) => Some(*letter),
            _ => None,
        };
        self.0.push(match pieces.iter().map(just).collect::<Option<String>>() {
            Some(name) => Segment::Exactly(name),
            None => Segment::Form(pieces),
        });
        self
    }

    pub(super) fn build(self) -> Pattern {
        Pattern(self.0)
    }
}

/// The pieces of a name. A backslash takes the meaning from what follows it.
fn pieces(text: &str, signs: Signs) -> Vec<Piece> {
    let letters: Vec<char> = text.chars().collect();
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let range = if letters[at] == '[' && signs == Signs::Ranges { range(&letters[at + 1..]) } else { None };
        match (letters[at], range) {
            (_, Some((piece, length))) => {
                pieces.push(piece);
                at += length;
            }
            ('\\', _) if at + 1 < letters.len() => {
                pieces.push(Piece::Just(letters[at + 1]));
                at += 1;
            }
            ('*', _) => {
                if pieces.last() != Some(&Piece::Any) {
                    pieces.push(Piece::Any);
                }
            }
            ('?', _) => pieces.push(Piece::One),
            (letter, _) => pieces.push(Piece::Just(letter)),
        }
        at += 1;
    }
    pieces
}

/// The range that `letters` continue after its opening bracket, and how many of them it takes; none if it does not end.
fn range(letters: &[char]) -> Option<(Piece, usize)> {
    let none_of = matches!(letters.first(), Some('!' | '^'));
    let start = usize::from(none_of);
    let end = letters[start..].iter().position(|letter| *letter == ']')? + start;
    let (mut ranges, mut at) = (Vec::new(), start);
    while at < end {
        let is_span = at + 2 < end && letters[at + 1] == '-';
        ranges.push((letters[at], if is_span { letters[at + 2] } else { letters[at] }));
        at += if is_span { 3 } else { 1 };
    }
    (!ranges.is_empty()).then_some((Piece::Of(none_of, ranges), end + 1))
}

impl Pattern {
    /// True if it means the path whose names are `names`.
    pub(super) fn matches(&self, names: &[&str]) -> bool {
        match_all(&self.0, names, &|segment| *segment == Segment::Names, &|segment, name| match segment {
            Segment::Names => false,
            Segment::Exactly(text) => text == name,
            Segment::Form(pieces) => fits(pieces, name),
        })
    }
}

fn fits(pieces: &[Piece], name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    match_all(pieces, &letters, &|piece| *piece == Piece::Any, &|piece, letter| match piece {
        Piece::Any => false,
        Piece::One => true,
        Piece::Just(just) => just == letter,
        Piece::Of(none_of, ranges) => ranges.iter().any(|(low, high)| (low..=high).contains(&letter)) != *none_of,
    })
}

/// True if `forms` mean all of `things`, one each, but for those that stand for `any` number of things. Only the last of
/// these is ever tried anew: what the ones before it took is as good as anything else.
fn match_all<F, T>(forms: &[F], things: &[T], any: &dyn Fn(&F) -> bool, one: &dyn Fn(&F, &T) -> bool) -> bool {
    let (mut form, mut thing, mut retry) = (0, 0, None);
    while thing < things.len() {
        if form < forms.len() && any(&forms[form]) {
            retry = Some((form, thing));
            form += 1;
        } else if form < forms.len() && one(&forms[form], &things[thing]) {
            form += 1;
            thing += 1;
        } else if let Some((back, from)) = retry {
            retry = Some((back, from + 1));
            (form, thing) = (back + 1, from + 1);
        } else {
            return false;
        }
    }
    forms[form..].iter().all(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str, signs: Signs, name: &str) -> bool {
        Builder::default().name(text, signs).build().matches(&[name])
    }

    #[test]
    fn names_are_matched_by_their_pieces() {
        let cases = [
            ("*.rs", "lib.rs", true),
            ("*.rs", "lib.rs.md", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXcYb", false),
            ("?ib", "lib", true),
            ("?ib", "ib", false),
            (r"with\ space", "with space", true),
            (r"\*", "*", true),
            (r"\*", "x", false),
            ("[a-c]x", "bx", false),
            ("[a-c]x", "[a-c]x", true),
            ("", "", true),
            (r"a\", r"a\", true),
        ];
        for (text, path, expected) in cases {
            assert_eq!(name(text, Signs::Few, path), expected, "{text} {path}");
        }
    }

    #[test]
    fn ranges_are_ranges_where_the_host_says_so() {
        let cases =
            [("[a-cz]x", "bx", true), ("[a-cz]x", "zx", true), ("[!a-c]x", "bx", false), ("[^a-c]x", "dx", true)];
        for (text, path, expected) in cases {
            assert_eq!(name(text, Signs::Ranges, path), expected, "{text} {path}");
        }
        assert!(name("[id", Signs::Ranges, "[id"), "a range that does not end is none");
    }

    #[test]
    fn many_stars_take_no_time() {
        let mut builder = Builder::default();
        for _ in 0..200 {
            builder = builder.names().name("*a*a*a*a*a*b", Signs::Few);
        }
        let long = "a".repeat(250);
        assert!(!builder.build().matches(&vec![long.as_str(); 100]));
    }
}
