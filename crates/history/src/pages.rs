//! How large the pages are in which the system gives memory. Pages of two megabytes are there at once, which a short run gains
//! from; a history of many commits fills much of what it touches with what is let go again, and keeps less in usual ones.

/// So many commits are many.
pub(crate) const MANY: usize = 1 << 12;

/// From here on the process gets pages of the usual size, where it had large ones before. Does nothing where there are none.
#[cfg(target_os = "linux")]
pub(crate) fn usual_from_here_on() {
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn usual_from_here_on() {}
