//! Deep nesting: parsers and walkers of syntax trees recurse, and a file of ten thousand brackets would end the
//! program. A scan of the bytes, before any parser sees them, bounds how deep the tree can be; what is deeper than
//! any person writes is refused, what is deeper than usual gets a thread with room.

mod c_family;
mod lexis;

use std::thread;

use c_family::depth_bound;
pub use lexis::{Lexis, TOO_DEEP, depth_of, with_room};

/// Larger files are bundles or data, written by programs. 4 MiB.
const LARGEST: usize = 4 << 20;

/// Up to this estimate of its depth, a text is parsed on the stack at hand (2 MiB in a thread of rayon).
const SHALLOW: usize = 150;

/// Beyond this estimate a text is not parsed at all: its tree could overflow even [`BIG_STACK`].
const DEEPEST: usize = 12_000;

/// Enough for [`DEEPEST`] levels in a build without optimisation; the pages that are not used cost nothing. 512 MiB.
const BIG_STACK: usize = 512 << 20;

/// Runs `read`, which parses and walks `texts` of TypeScript or JavaScript, on a stack that is large enough for them.
///
/// # Errors
/// Why they are not read: larger or deeper than what people write.
pub fn with_script_room<T: Send>(texts: &[&str], read: impl FnOnce() -> T + Send) -> Result<T, String> {
    with_script_room_down_to(DEEPEST, texts, read)
}

/// The same for what others walk later, on stacks of their own: deeper than `deepest` levels nothing is read.
///
/// # Errors
/// Why the texts are not read: larger than what people write, or deeper than that.
pub(crate) fn with_script_room_down_to<T: Send>(
    deepest: usize,
    texts: &[&str],
    read: impl FnOnce() -> T + Send,
) -> Result<T, String> {
    if let Some(text) = texts.iter().find(|text| text.len() > LARGEST) {
        return Err(format!("the file has {} bytes, more than a source that people write", text.len()));
    }
    let depth = texts.iter().map(|text| depth_bound(text)).max().unwrap_or(0);
    let too_deep = || format!("the code is nested too deeply to be read (some {depth} levels)");
    if depth > deepest {
        return Err(too_deep());
    }
    if depth <= SHALLOW {
        return Ok(read());
    }
    on_a_big_stack(read).ok_or_else(too_deep)
}

/// Runs `read` on a stack of [`BIG_STACK`] bytes; none if the operating system gives none.
pub(crate) fn on_a_big_stack<T: Send>(read: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let deep = thread::Builder::new().stack_size(BIG_STACK).spawn_scoped(scope, read);
        deep.ok()?.join().ok()
    })
}
