//! RocksDB, set up for point look-ups: tables of blocks asked by `MultiGet`, or plain tables.

use std::path::{Path, PathBuf};

use propusk_bench::Times;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType,
    DataBlockIndexType, IngestExternalFileOptions, Options, PlainTableFactoryOptions, ReadOptions,
    SliceTransform, SstFileWriter, WriteBatch, WriteOptions,
};

use super::{packed, unpacked};
use crate::contestant::{Contestant, Reader};
use crate::files;
use crate::question::{Asked, Counts, Key, Records, Result};

/// Records in one file.
const FILE_RECORDS: usize = 20_000_000;
/// Room in the cache of blocks for a record: every block finds its place.
const CACHE_BYTES_A_RECORD: u64 = 64;
const FILTER_BITS_A_KEY: f64 = 10.0;
const FAMILY: &str = "default";

/// How its tables are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Blocks,
    Plain,
}

struct Rocks {
    database: DB,
    folder: PathBuf,
    form: Form,
}

struct Thread<'r> {
    rocks: &'r Rocks,
    family: &'r ColumnFamily,
    options: ReadOptions,
}

pub(crate) fn build_blocks(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    build(records, folder, Form::Blocks)
}

pub(crate) fn build_plain(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    build(records, folder, Form::Plain)
}

fn build(records: Records, folder: &Path, form: Form) -> Result<Box<dyn Contestant>> {
    let options = options(records, form)?;
    let sorted = match form {
        Form::Blocks => sorted_files(records, folder, &options)?,
        // Taken in, these are read from their end, which they do not support: they are written.
        Form::Plain => Vec::new(),
    };
    let folder = folder.join("rocksdb");
    let database = DB::open_cf_descriptors(
        &options,
        &folder,
        [ColumnFamilyDescriptor::new(FAMILY, options.clone())],
    )?;
    let mut rocks = Rocks { database, folder, form };
    match form {
        Form::Blocks => {
            let mut ingest = IngestExternalFileOptions::default();
            ingest.set_move_files(true);
            rocks.database.ingest_external_file_opts(&ingest, sorted)?;
        }
        Form::Plain => rocks.change(&records.sorted())?,
    }
    rocks.database.compact_range(None::<&[u8]>, None::<&[u8]>);
    if form == Form::Blocks {
        rocks.warm()?;
    }
    Ok(Box::new(rocks))
}

/// Writes tables for the database to take in.
fn sorted_files(records: Records, folder: &Path, options: &Options) -> Result<Vec<PathBuf>> {
    let mut sorted = Vec::new();
    for (number, records) in records.sorted().chunks(FILE_RECORDS).enumerate() {
        let path = folder.join(format!("{number}.sst"));
        let mut writer = SstFileWriter::create(options);
        writer.open(&path)?;
        for (key, times) in records {
            writer.put(key.0, packed(*times))?;
        }
        writer.finish()?;
        sorted.push(path);
    }
    Ok(sorted)
}

fn options(records: Records, form: Form) -> Result<Options> {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.set_compression_type(DBCompressionType::None);
    options.set_max_open_files(-1);
    options.set_disable_auto_compactions(false);
    // Fewer files are fewer to choose from; plain tables hold less than 2 GiB.
    options.set_target_file_size_base(1 << 30);
    match form {
        Form::Blocks => {
            let mut blocks = BlockBasedOptions::default();
            let bytes = records.count * CACHE_BYTES_A_RECORD + (64 << 20);
            let cache = Cache::new_lru_cache(bytes as usize)?;
            blocks.set_block_cache(&cache);
            blocks.set_block_size(4096);
            blocks.set_format_version(5);
            // Index and filters stay in memory beside the cache, with every table open.
            blocks.set_cache_index_and_filter_blocks(false);
            blocks.set_bloom_filter(FILTER_BITS_A_KEY, false);
            blocks.set_whole_key_filtering(true);
            blocks.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
            blocks.set_data_block_hash_ratio(0.75);
            options.set_block_based_table_factory(&blocks);
        }
        Form::Plain => {
            options.set_prefix_extractor(SliceTransform::create_fixed_prefix(16));
            options.set_allow_mmap_reads(true);
            options.set_plain_table_factory(&PlainTableFactoryOptions {
                user_key_length: 16,
                bloom_bits_per_key: 10,
                hash_table_ratio: 0.75,
                index_sparseness: 1,
            });
        }
    }
    Ok(options)
}

impl Rocks {
    /// Reads every block into the cache.
    fn warm(&self) -> Result<()> {
        let mut options = ReadOptions::default();
        options.fill_cache(true);
        let family = self.family()?;
        let all = self.database.iterator_cf_opt(family, options, rocksdb::IteratorMode::Start);
        for record in all {
            std::hint::black_box(record?);
        }
        Ok(())
    }

    fn family(&self) -> Result<&ColumnFamily> {
        Ok(self.database.cf_handle(FAMILY).ok_or("RocksDB lacks its own family")?)
    }
}

impl Contestant for Rocks {
    fn settings(&self) -> String {
        match self.form {
            Form::Blocks => format!(
                "tables of blocks of 4 KiB with hash indexes, Bloom filters of {FILTER_BITS_A_KEY} bits, \
                 LRU cache for all of it, filled by a scan, no compression, compacted; MultiGet \
                 of a batch, checksums not verified"
            ),
            Form::Plain => "plain tables, mapped, hash index by the whole key, Bloom filters of 10 bits, \
                            no compression, compacted; Get one by one: these tables gain nothing by \
                            MultiGet"
                .to_owned(),
        }
    }

    fn bytes(&self) -> u64 {
        files::bytes_in(&self.folder)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        let mut options = ReadOptions::default();
        options.set_verify_checksums(false);
        Ok(Box::new(Thread { rocks: self, family: self.family()?, options }))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        let mut write = WriteOptions::default();
        write.disable_wal(true);
        for changes in changes.chunks(1 << 16) {
            let mut batch = WriteBatch::default();
            changes.iter().for_each(|(key, times)| batch.put(key.0, packed(*times)));
            self.database.write_opt(batch, &write)?;
        }
        Ok(self.database.flush()?)
    }
}

impl Reader for Thread<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let mut counts = Counts::default();
        let database = &self.rocks.database;
        if self.rocks.form == Form::Plain || asked.keys.len() == 1 {
            for key in asked.keys {
                let found = database.get_pinned_cf_opt(self.family, key.0, &self.options)?;
                counts.add(found.and_then(|found| unpacked(&found)), asked.at);
            }
            return Ok(counts);
        }
        let keys = asked.keys.iter().map(|key| &key.0);
        for found in database.batched_multi_get_cf_opt(self.family, keys, false, &self.options) {
            counts.add(found?.and_then(|found| unpacked(&found)), asked.at);
        }
        Ok(counts)
    }
}
