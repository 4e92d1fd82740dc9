//! What a hook says when it takes long: the first run in a clone reads the whole history, and nobody who commits should
//! have to guess what it is doing.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use lockstep_linter::Past;

/// Nothing is said before that.
const PATIENCE: Duration = Duration::from_secs(1);

/// Said once.
const NOTE: &str =
    "note: lockstep reads the whole history, once; what it reads is kept, and later runs read what is new";

/// A run that is waited for. Nothing is said once it is dropped.
pub struct Waiting {
    _done: Sender<()>,
}

/// Says what takes so long if a run that goes on from `past` still goes on in a second, and nothing was kept for it.
pub fn explain(past: Option<&Arc<Past>>) -> Option<Waiting> {
    let past = past?.clone();
    let (done, wait) = mpsc::channel();
    thread::Builder::new()
        .spawn(move || {
            let over = wait.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout);
            if !over && is_first(&past) {
                let _ = writeln!(io::stderr().lock(), "{NOTE}");
            }
        })
        .ok()?;
    Some(Waiting { _done: done })
}

/// True if somebody looked for what was kept, and there was nothing.
fn is_first(past: &Past) -> bool {
    past.store().and_then(|store| store.commits()) == Some(0)
}
