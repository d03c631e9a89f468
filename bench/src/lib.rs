//! Workloads and benchmark suites.
