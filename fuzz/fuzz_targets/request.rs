#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| propusk_engine::fuzzing::request(bytes));
