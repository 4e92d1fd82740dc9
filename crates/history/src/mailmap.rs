//! `.mailmap`: who is who among the authors of commits.

use git2::{Signature, Time};
use lockstep_model::Author;

/// The names and addresses that people go by, as `.mailmap` says.
pub struct Mailmap(Option<git2::Mailmap>);

impl Mailmap {
    /// Reads the text of a `.mailmap`. Lines that are none are left out, as git does.
    pub fn parse(text: &str) -> Self {
        Self(git2::Mailmap::from_buffer(text).ok())
    }

    /// Nobody goes by another name.
    pub fn empty() -> Self {
        Self(None)
    }

    /// Who `author` really is. What no commit could be signed with stays as it is. Case does not count, as in git, unless the
    /// file has capitals in the address that it replaces: libgit2 compares letter by letter.
    pub fn resolve(&self, author: &Author) -> Author {
        let small = Author { name: author.name.to_lowercase(), email: author.email.to_lowercase() };
        let written = self.replaced(author).filter(|real| real != author);
        let real = written.or_else(|| self.replaced(&small).filter(|real| *real != small));
        real.unwrap_or_else(|| author.clone())
    }

    fn replaced(&self, author: &Author) -> Option<Author> {
        let signature = Signature::new(&author.name, &author.email, &Time::new(0, 0)).ok()?;
        let real = self.0.as_ref()?.resolve_signature(&signature).ok()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(Author { name: text(real.name_bytes()), email: text(real.email_bytes()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_who_the_file_says() {
        let text = "# people\n\
                    Ana Lopez <ana@shop.example>\n\
                    Bob <bob@shop.example> <bob@home.example>\n\
                    Eve Stone <eve@shop.example> evilstone <shared@shop.example>\n\
                    no line at all\n";
        let map = Mailmap::parse(text);
        let of = |name: &str, email: &str| {
            let author = map.resolve(&Author { name: name.to_owned(), email: email.to_owned() });
            format!("{} <{}>", author.name, author.email)
        };
        assert_eq!(of("ana", "ana@shop.example"), "Ana Lopez <ana@shop.example>");
        assert_eq!(of("bobby", "BOB@home.example"), "Bob <bob@shop.example>");
        assert_eq!(of("evilstone", "shared@shop.example"), "Eve Stone <eve@shop.example>");
        assert_eq!(of("other", "shared@shop.example"), "other <shared@shop.example>");
        assert_eq!(of("", ""), " <>");
        assert_eq!(of("<x>", "x"), "<x> <x>");
    }
}
