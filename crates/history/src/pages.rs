//! How large the pages are in which the system gives memory. Pages of two megabytes are there at once, which whoever fills them
//! gains from. Mining fills much of what it touches with what is let go again, and keeps less in pages of the usual size.

/// As long as this is there, the process gets pages of the usual size only. Where it got no others before, nothing changes.
#[must_use]
pub(crate) struct UsualPages {
    /// True if it gets large ones again afterwards.
    #[cfg(target_os = "linux")]
    had_large_ones: bool,
}

#[cfg(target_os = "linux")]
impl UsualPages {
    pub(crate) fn begin() -> Self {
        use rustix::thread::{disable_transparent_huge_pages, transparent_huge_pages_are_disabled};
        let may_have = transparent_huge_pages_are_disabled().is_ok_and(|disabled| !disabled);
        Self { had_large_ones: may_have && disable_transparent_huge_pages(true).is_ok() }
    }
}

#[cfg(target_os = "linux")]
impl Drop for UsualPages {
    fn drop(&mut self) {
        if self.had_large_ones {
            let _ = rustix::thread::disable_transparent_huge_pages(false);
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl UsualPages {
    pub(crate) fn begin() -> Self {
        Self {}
    }
}
