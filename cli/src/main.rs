//! The `propusk` command line.

fn main() {}
