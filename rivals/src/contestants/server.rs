//! A server that a rival runs, and ends with.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use crate::question::Result;

/// How long a server may take until it answers, and how often that is tried.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// A running server.
pub(crate) struct Server(Child);

impl Server {
    /// Starts it, and waits until `connect` succeeds.
    ///
    /// # Errors
    /// When it does not start, or ends at once.
    pub(crate) fn start<T>(
        command: &mut Command,
        connect: impl Fn() -> Result<T>,
    ) -> Result<(Self, T)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let mut server = Server(child);
        for _ in 0..TRIES {
            if let Some(status) = server.0.try_wait()? {
                return Err(format!("{name} ended by itself: {status}").into());
            }
            if let Ok(connected) = connect() {
                return Ok((server, connected));
            }
            sleep(PAUSE);
        }
        Err(format!("{name} does not answer").into())
    }
}

impl Drop for Server {
    /// Nobody needs what it holds.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of this machine that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A command as another user where this process is root's, for servers that refuse root.
pub(crate) fn as_user(user: &str, program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
    command
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
