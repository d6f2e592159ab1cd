//! What something costs: time, CPU, allocations.

use std::fs;

use stats_alloc::Region;
use tokio::time::Instant;

use crate::ALLOCATOR;

/// For one time.
pub(crate) struct Cost {
    wall: f64,
    cpu: f64,
    allocations: f64,
    bytes: f64,
}

/// A line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) cells: [String; 4],
    pub(crate) target: &'static str,
}

impl Cost {
    /// Of one of so many times, after a tenth of them for warming up.
    pub(crate) async fn of(times: u32, mut what: impl AsyncFnMut()) -> Self {
        Self::of_each(vec![(); times as usize], async |()| what().await).await
    }

    /// Of what is done with one of these, each used once, the first tenth for warming up. CPU time is that of the median
    /// of nine parts: whatever else the machine does costs caches, and is in the time of who is interrupted.
    pub(crate) async fn of_each<T>(mut things: Vec<T>, mut what: impl AsyncFnMut(T)) -> Self {
        let mut measured = things.split_off(things.len() / 10);
        for thing in things {
            what(thing).await;
        }
        let (part, times) = (measured.len() / PARTS, measured.len() as f64);
        let (region, started) = (Region::new(ALLOCATOR), Instant::now());
        let mut parts = Vec::with_capacity(PARTS);
        for _ in 0..PARTS {
            let before = cpu_nanoseconds();
            for thing in measured.drain(..part) {
                what(thing).await;
            }
            parts.push((cpu_nanoseconds() - before) as f64 / part as f64);
        }
        let (wall, change) = (started.elapsed(), region.change());
        parts.sort_by(f64::total_cmp);
        Self {
            wall: wall.as_secs_f64() * 1e6 / times,
            cpu: parts[PARTS / 2] / 1e3,
            allocations: change.allocations as f64 / times,
            bytes: change.bytes_allocated as f64 / times,
        }
    }

    /// Beside what the least of it costs that there is.
    pub(crate) fn against(&self, floor: f64, what: &str) -> Row {
        figure(what, format!("{:.1}", self.cpu / floor), "")
    }

    /// Microseconds of CPU.
    pub(crate) const fn cpu(&self) -> f64 {
        self.cpu
    }

    pub(crate) fn row(&self, what: &str, target: &'static str) -> Row {
        Row {
            what: what.to_owned(),
            cells: [
                format!("{:.1} µs", self.cpu),
                format!("{:.1} µs", self.wall),
                format!("{:.1}", self.allocations),
                format!("{:.0} B", self.bytes),
            ],
            target,
        }
    }
}

/// In which what is measured is done.
const PARTS: usize = 9;

pub(crate) fn print(rows: &[Row]) {
    println!("\n| what | CPU | elapsed | allocations | allocated | target |");
    println!("| --- | ---: | ---: | ---: | ---: | --- |");
    for Row {
        what,
        cells,
        target,
    } in rows
    {
        println!("| {what} | {} | {target} |", cells.join(" | "));
    }
}

/// A line with one figure.
pub(crate) fn figure(what: &str, value: String, target: &'static str) -> Row {
    Row {
        what: what.to_owned(),
        cells: [value, String::new(), String::new(), String::new()],
        target,
    }
}

/// Time that this process's threads spent computing, but for those named `microsoft`.
fn cpu_nanoseconds() -> u64 {
    let threads = fs::read_dir("/proc/self/task").expect("Linux").flatten();
    threads
        .filter_map(|thread| {
            let path = thread.path();
            let name = fs::read_to_string(path.join("comm")).ok()?;
            if name.trim() == "microsoft" {
                return None;
            }
            let times = fs::read_to_string(path.join("schedstat")).ok()?;
            times.split(' ').next()?.parse::<u64>().ok()
        })
        .sum()
}

/// Memory of a process that is really there, in bytes.
pub(crate) fn resident(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.expect("a figure") * 1_024
}
