#!/usr/bin/env bash
# Prints what CHANGELOG.md says of the version that Cargo.toml has, after having held the tag against it.
#
#   notes.sh TAG
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
if [ "$1" != "v$version" ]; then
  echo "the tag is $1, and Cargo.toml has version $version" >&2
  exit 1
fi
notes=$(awk -v heading="## $version" '/^## / { inside = index($0, heading) == 1; next } inside' "$root/CHANGELOG.md")
if [ -z "${notes//[[:space:]]/}" ]; then
  echo "CHANGELOG.md has no section \"## $version\"" >&2
  exit 1
fi
printf '%s\n' "$notes"
