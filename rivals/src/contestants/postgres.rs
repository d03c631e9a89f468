//! PostgreSQL: a server on this machine, asked for a batch by a prepared statement.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hashbrown::DefaultHashBuilder;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, NoTls, Statement};
use propusk_bench::Times;
use uuid::Uuid;

use super::server::{Server, as_user, free_port, is_root};
use crate::contestant::{Contestant, Reader};
use crate::question::{Asked, Counts, Key, Records, Result};

/// The user that owns the server where root runs this.
const USER: &str = "postgres";
const FIND: &str = "SELECT code, valid_from, valid_until FROM permits WHERE code = ANY($1)";
/// Room in the server's own cache for a record: all of the index finds its place.
const CACHE_BYTES_A_RECORD: u64 = 80;
/// Keys of the batch by which a reader's plan and caches are made before it is timed.
const WARMING_KEYS: usize = 256;

struct Postgres {
    port: u16,
    bytes: u64,
    version: String,
    cache_mebibytes: u64,
    _server: Server,
}

struct Connection {
    client: Client,
    find: Statement,
    keys: Vec<Uuid>,
    found: HashMap<Key, Times, DefaultHashBuilder>,
}

pub(crate) fn build(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    let programs = programs()?;
    let data = folder.join("postgres");
    fs::create_dir(&data)?;
    if is_root() {
        // The server's user must reach its folder.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        check(Command::new("chown").arg(USER).arg(&data))?;
    }
    let mut initdb = as_user(USER, &programs.join("initdb"));
    initdb.args(["--auth=trust", "--username=rivals", "--no-sync", "--pgdata"]).arg(&data);
    check(initdb.stdout(Stdio::null()))?;
    let port = free_port()?;
    let cache_mebibytes = (records.count * CACHE_BYTES_A_RECORD >> 20) + 128;
    let mut command = as_user(USER, &programs.join("postgres"));
    command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in [
        &format!("shared_buffers={cache_mebibytes}MB"),
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "huge_pages=try",
        "fsync=off",
        "full_page_writes=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "max_wal_size=8GB",
        "maintenance_work_mem=1GB",
        "autovacuum=off",
        "jit=off",
        "plan_cache_mode=force_generic_plan",
        "logging_collector=off",
        "log_min_messages=fatal",
    ] {
        command.args(["-c", setting]);
    }
    let (server, mut client) =
        Server::start(command.stdout(Stdio::null()).stderr(Stdio::null()), || connect(port))?;
    fill(&mut client, records)?;
    let bytes: i64 = client.query_one("SELECT pg_total_relation_size('permits')", &[])?.get(0);
    let version = client.query_one("SHOW server_version", &[])?.get(0);
    Ok(Box::new(Postgres { port, bytes: bytes as u64, version, cache_mebibytes, _server: server }))
}

/// Runs a command to its end.
fn check(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}").into()) }
}

/// The folder of the newest server's programs.
fn programs() -> Result<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").map_err(|_| "PostgreSQL is not installed")?;
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = entries.flatten().map(|entry| entry.path()).max_by_key(version);
    Ok(newest.ok_or("PostgreSQL is not installed")?.join("bin"))
}

fn connect(port: u16) -> Result<Client> {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("rivals").dbname("postgres");
    Ok(config.connect(NoTls)?)
}

fn fill(client: &mut Client, records: Records) -> Result<()> {
    client.batch_execute(
        "CREATE UNLOGGED TABLE permits (code uuid, valid_from bigint, valid_until bigint)",
    )?;
    let copy = client.copy_in("COPY permits FROM STDIN (FORMAT binary)")?;
    let mut writer = BinaryCopyInWriter::new(copy, &[Type::UUID, Type::INT8, Type::INT8]);
    for (key, (from, until)) in records.iter() {
        let row: [&(dyn ToSql + Sync); 3] =
            [&Uuid::from_bytes(key.0), &i64::from(from), &i64::from(until)];
        writer.write(&row)?;
    }
    writer.finish()?;
    // An answer then needs the index alone.
    client.batch_execute(
        "CREATE UNIQUE INDEX permits_code ON permits (code) INCLUDE (valid_from, valid_until)",
    )?;
    client.batch_execute("VACUUM (ANALYZE) permits")?;
    client.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm").ok();
    client.batch_execute("SELECT pg_prewarm('permits_code')").ok();
    Ok(())
}

impl Contestant for Postgres {
    fn settings(&self) -> String {
        format!(
            "PostgreSQL {}, TCP over loopback, shared_buffers {} MB, huge_pages try, fsync off, jit off; \
             code as uuid, index with both times for index-only scans, vacuumed and prewarmed; prepared \
             statement with = ANY of a batch",
            self.version, self.cache_mebibytes
        )
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        let mut client = connect(self.port)?;
        let find = client.prepare(FIND)?;
        let mut connection =
            Connection { client, find, keys: Vec::new(), found: HashMap::default() };
        let keys: Vec<_> = (0..WARMING_KEYS as u64).map(Key::of).collect();
        connection.find(&keys)?;
        Ok(Box::new(connection))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        let mut client = connect(self.port)?;
        client.batch_execute(
            "CREATE TEMPORARY TABLE changes (code uuid, valid_from bigint, valid_until bigint)",
        )?;
        let copy = client.copy_in("COPY changes FROM STDIN (FORMAT binary)")?;
        let mut writer = BinaryCopyInWriter::new(copy, &[Type::UUID, Type::INT8, Type::INT8]);
        for (key, (from, until)) in changes {
            let row: [&(dyn ToSql + Sync); 3] =
                [&Uuid::from_bytes(key.0), &i64::from(*from), &i64::from(*until)];
            writer.write(&row)?;
        }
        writer.finish()?;
        client.batch_execute(
            "ANALYZE changes;
             UPDATE permits SET valid_from = changes.valid_from, valid_until = changes.valid_until
             FROM changes WHERE permits.code = changes.code",
        )?;
        Ok(client.batch_execute("VACUUM permits")?)
    }
}

impl Connection {
    fn find(&mut self, keys: &[Key]) -> Result<()> {
        self.keys.clear();
        self.keys.extend(keys.iter().map(|key| Uuid::from_bytes(key.0)));
        self.found.clear();
        for row in self.client.query(&self.find, &[&self.keys])? {
            let times = (row.get::<_, i64>(1) as u32, row.get::<_, i64>(2) as u32);
            self.found.insert(Key(row.get::<_, Uuid>(0).into_bytes()), times);
        }
        Ok(())
    }
}

impl Reader for Connection {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        self.find(asked.keys)?;
        let mut counts = Counts::default();
        asked.keys.iter().for_each(|key| counts.add(self.found.get(key).copied(), asked.at));
        Ok(counts)
    }
}
