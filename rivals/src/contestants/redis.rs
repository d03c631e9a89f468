//! Redis: a server on this machine, asked by `MGET`, with several batches on their way.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use propusk_bench::Times;

use super::server::{Server, free_port};
use super::{packed, unpacked};
use crate::contestant::{Contestant, Reader};
use crate::question::{Asked, Counts, Key, Records, Result};

/// Records that one command writes.
const WRITTEN_AT_ONCE: usize = 256;
/// Batches on their way where they are large; small ones are waited for, as a gate would.
const BATCHES_AHEAD: usize = 8;
const LARGE_BATCH: usize = 256;
/// What a reader of replies takes from the socket at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Where the server listens.
enum Address {
    Loopback(u16),
    Socket(PathBuf),
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

struct Redis {
    address: Address,
    bytes: u64,
    version: String,
    _server: Server,
}

struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    command: Vec<u8>,
    line: String,
}

pub(crate) fn build_on_loopback(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    build(records, folder, Address::Loopback(free_port()?))
}

pub(crate) fn build_on_socket(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    build(records, folder, Address::Socket(folder.join("redis.socket")))
}

fn build(records: Records, folder: &Path, address: Address) -> Result<Box<dyn Contestant>> {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    command.args(["--loglevel", "warning", "--disable-thp", "no", "--daemonize", "no"]);
    command.arg("--dir").arg(folder);
    match &address {
        Address::Loopback(port) => command.arg("--port").arg(port.to_string()),
        Address::Socket(path) => command.args(["--port", "0", "--unixsocket"]).arg(path),
    };
    // The server's allocator takes large pages, as the engine's files have them.
    command.env("MALLOC_CONF", "thp:always").stdout(Stdio::null());
    let (server, mut connection) = Server::start(&mut command, || Connection::open(&address))?;
    let mut records = records.iter();
    loop {
        let some: Vec<_> = records.by_ref().take(WRITTEN_AT_ONCE).collect();
        if some.is_empty() {
            break;
        }
        connection.write(&some)?;
    }
    let info = connection.info()?;
    let field = |name: &str| {
        let value = info.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap_or_default().trim().to_owned()
    };
    let (bytes, version) = (field("used_memory:").parse()?, field("redis_version:"));
    Ok(Box::new(Redis { address, bytes, version, _server: server }))
}

impl Connection {
    fn open(address: &Address) -> Result<Self> {
        let stream: Box<dyn Stream> = match address {
            Address::Socket(path) => Box::new(UnixStream::connect(path)?),
            Address::Loopback(port) => {
                let stream = TcpStream::connect(("127.0.0.1", *port))?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        };
        let stream = BufReader::with_capacity(BUFFER_BYTES, stream);
        Ok(Connection { stream, command: Vec::new(), line: String::new() })
    }

    fn begin(&mut self, name: &str, arguments: usize) {
        self.command.clear();
        let head = format!("*{}\r\n${}\r\n{name}\r\n", arguments + 1, name.len());
        self.command.extend_from_slice(head.as_bytes());
    }

    fn add<const BYTES: usize>(&mut self, argument: &[u8; BYTES]) {
        // The lengths are those of keys and of times.
        self.command.extend_from_slice(if BYTES == 16 { b"$16\r\n" } else { b"$8\r\n" });
        self.command.extend_from_slice(argument);
        self.command.extend_from_slice(b"\r\n");
    }

    fn send(&mut self) -> Result<()> {
        Ok(self.stream.get_mut().write_all(&self.command)?)
    }

    /// The next line of a reply: its first symbol and its number.
    fn reply(&mut self) -> Result<(u8, i64)> {
        self.line.clear();
        self.stream.read_line(&mut self.line)?;
        let number = self.line.get(1..).and_then(|number| number.trim_end().parse().ok());
        match (self.line.as_bytes().first(), number) {
            (Some(kind @ (b'*' | b'$' | b':')), Some(number)) => Ok((*kind, number)),
            _ => Err(format!("Redis answers {:?}", self.line).into()),
        }
    }

    fn write(&mut self, records: &[(Key, Times)]) -> Result<()> {
        self.begin("MSET", 2 * records.len());
        for (key, times) in records {
            self.add(&key.0);
            self.add(&packed(*times));
        }
        self.send()?;
        self.line.clear();
        self.stream.read_line(&mut self.line)?;
        if self.line.trim_end() == "+OK" { Ok(()) } else { Err(self.line.clone().into()) }
    }

    fn info(&mut self) -> Result<String> {
        self.begin("INFO", 0);
        self.send()?;
        let (_, bytes) = self.reply()?;
        let mut text = vec![0; bytes as usize + 2];
        self.stream.read_exact(&mut text)?;
        Ok(String::from_utf8(text)?)
    }

    fn ask_for(&mut self, keys: &[Key]) -> Result<()> {
        self.begin("MGET", keys.len());
        keys.iter().for_each(|key| self.add(&key.0));
        self.send()
    }

    fn count(&mut self, at: u32, counts: &mut Counts) -> Result<()> {
        let (_, values) = self.reply()?;
        for _ in 0..values {
            let (_, bytes) = self.reply()?;
            if bytes < 0 {
                counts.add(None, at);
                continue;
            }
            let mut value = [0; 10];
            self.stream.read_exact(&mut value)?;
            counts.add(unpacked(&value[..8]), at);
        }
        Ok(())
    }
}

impl Contestant for Redis {
    fn settings(&self) -> String {
        let place = match self.address {
            Address::Loopback(_) => "TCP over loopback, no delay",
            Address::Socket(_) => "a Unix socket",
        };
        format!(
            "Redis {}, {place}, nothing saved, allocator with large pages; MGET of a batch, \
             {BATCHES_AHEAD} of them on their way from {LARGE_BATCH} codes on, else one",
            self.version
        )
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(Connection::open(&self.address)?))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        let mut connection = Connection::open(&self.address)?;
        changes.chunks(WRITTEN_AT_ONCE).try_for_each(|changes| connection.write(changes))
    }
}

impl Reader for Connection {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let ahead = if asked.batch < LARGE_BATCH { 1 } else { BATCHES_AHEAD };
        let mut counts = Counts::default();
        let mut under_way = 0;
        for keys in asked.keys.chunks(asked.batch) {
            if under_way == ahead {
                under_way -= 1;
                self.count(asked.at, &mut counts)?;
            }
            self.ask_for(keys)?;
            under_way += 1;
        }
        for _ in 0..under_way {
            self.count(asked.at, &mut counts)?;
        }
        Ok(counts)
    }

    fn is_endless(&self) -> bool {
        true
    }
}
