//! How much memory the program takes.

/// The most that was resident so far, in megabytes, files that are mapped among it; none where the system does not tell.
#[cfg(unix)]
pub fn most() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let most = u64::try_from(getrusage(UsageWho::RUSAGE_SELF).ok()?.max_rss()).ok()?;
    // Apple counts bytes, all others kilobytes.
    let kilobytes = if cfg!(target_vendor = "apple") { most >> 10 } else { most };
    Some(kilobytes.div_ceil(1_000))
}

#[cfg(not(unix))]
pub fn most() -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn memory_that_was_written_to_is_counted() {
        let before = super::most().unwrap();
        let filled = vec![1_u8; 300 << 20];
        assert!(std::hint::black_box(&filled).iter().all(|byte| *byte == 1));
        let after = super::most().unwrap();
        assert!(after >= 300 && after >= before, "{before} {after}");
    }
}
