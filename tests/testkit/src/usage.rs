//! What a process has used of the machine. Linux only, like Lambda.

use std::{fs, time::Duration};

/// Time on a processor so far, of all threads that still run. In nanoseconds, where `stat` would have hundredths of a second.
pub fn processor(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let of_thread = |thread: fs::DirEntry| {
        let line = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        let nanoseconds = line.split(' ').next().and_then(|first| first.parse().ok());
        Duration::from_nanos(nanoseconds.unwrap_or_default())
    };
    threads.map(|thread| of_thread(thread.unwrap())).sum()
}

/// The most memory that it ever held, in bytes.
pub fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() * 1024
}
