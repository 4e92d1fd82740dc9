#!/usr/bin/env bash
# Decides where lockstep comes from: a given binary, a release whose checksum this action holds, or its own source.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

here=$(cd "$(dirname "$0")" && pwd)
table=$here/checksums.txt

# The release's name of this machine; empty if releases have no binary for it.
target() {
  case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
    Linux-X64) musl || echo x86_64-unknown-linux-gnu ;;
    Linux-ARM64) musl || echo aarch64-unknown-linux-gnu ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
  esac
}

# Whether this is a Linux without glibc, such as Alpine: there the binaries do not run.
musl() {
  [ -e /etc/alpine-release ]
}

# The version of the source that the action was checked out with.
own_version() {
  sed -n 's/^version = "\(.*\)"$/\1/p' "$here/../Cargo.toml" | head -n 1
}

# The newest version of which the table has an archive for the target.
newest() {
  sed -En "s/^[0-9a-f]{64}  lockstep-v([0-9][0-9.]*)-$1\.(tar\.gz|zip)\$/\1/p" "$table" \
    | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1
}

# The sum of all that a compiled lockstep is made of. A branch or a tag of the action moves, and two commits of it may have
# the same version: what was compiled from the one must not stand for the other.
sources() {
  (cd "$here/.." && find Cargo.lock Cargo.toml crates -type f -print0 | xargs -0 "${digest[@]}") | LC_ALL=C sort -k 2 \
    | "${digest[@]}" | cut -d ' ' -f 1
}

# Says where it comes from, which version that is, and in which folder it is kept between runs.
source_is() {
  output source "$1"
  output version "$2"
  local tools=${RUNNER_TOOL_CACHE:-$temp}
  output folder "${tools//\\//}/lockstep/$2/${RUNNER_OS:-unknown}-${RUNNER_ARCH:-unknown}-$1${3:+-${3:0:16}}"
}

if [ -n "${INPUT_BINARY:-}" ]; then
  source_is given given
  exit
fi

version=${INPUT_VERSION:-}
version=${version#v}
case $version in
  *[!0-9A-Za-z.+-]*) fail 'lockstep: no such version' "\`version\` must be like 1.2.3, and not $version" ;;
esac
target=$(target)
if [ -z "$version" ] && [ -n "$target" ]; then
  version=$(newest "$target")
fi
if [ -n "$version" ] && [ -n "$target" ]; then
  archive=lockstep-v$version-$target.tar.gz
  case $target in *windows*) archive=lockstep-v$version-$target.zip ;; esac
  checksum=$(awk -v name="$archive" '$2 == name { print $1 }' "$table")
  if [ -n "$checksum" ]; then
    source_is release "$version"
    output archive "$archive"
    output checksum "$checksum"
    exit
  fi
fi

own=$(own_version)
if [ -n "$version" ] && [ "$version" != "$own" ]; then
  fail 'lockstep: no such version' \
    "this action has no binary of version $version for ${target:-this machine}, and its own source is $own: leave \`version\` out, or take the action of that version"
fi
sum=$(sources)
output sources "$sum"
source_is build "$own" "$sum"
