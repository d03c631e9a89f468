#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| propusk_loader::fuzzing::parquet(bytes));
