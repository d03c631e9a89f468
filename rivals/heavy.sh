#!/usr/bin/env bash
# Installs what the heavy rivals need, and measures with them: RocksDB, Redis and PostgreSQL come from
# Debian, libclang (which reads RocksDB's headers) from PyPI. Arguments go to the program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
missing=()
[ -e /usr/include/rocksdb/c.h ] || missing+=(librocksdb-dev)
command -v redis-server >/dev/null || missing+=(redis-server)
[ -d /usr/lib/postgresql ] || missing+=(postgresql)
if [ "${#missing[@]}" -gt 0 ]; then
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

libclang="${CARGO_TARGET_DIR:-$PWD/target}/libclang"
if [ ! -e "$libclang/clang/native/libclang.so" ]; then
    python3 -m pip install --quiet --no-deps --target "$libclang" libclang
fi
export LIBCLANG_PATH="$libclang/clang/native"
# The library of PyPI comes without the compiler's own headers: those of the C compiler do.
BINDGEN_EXTRA_CLANG_ARGS="-isystem $(cc -print-file-name=include)"
export BINDGEN_EXTRA_CLANG_ARGS
# Linked as the system has it, not compiled.
ROCKSDB_LIB_DIR="$(dirname "$(find /usr/lib -name librocksdb.so -print -quit)")"
export ROCKSDB_LIB_DIR
export ROCKSDB_INCLUDE_DIR=/usr/include

exec cargo run --release -p propusk-rivals --features heavy -- "$@"
