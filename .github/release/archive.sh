#!/usr/bin/env bash
# Packs what a release offers for one target: both programs, completions, man pages, licences.
#
#   archive.sh name TARGET               the name of the archive
#   archive.sh pack TARGET BINARIES OUT  makes it of the programs in the folder BINARIES, in the folder OUT
#
# The programs are run to write completions and man pages, so this machine has to be of the target. The names are those that
# crates/cli/Cargo.toml tells cargo-binstall, and that action/choose.sh asks for; a test compares them.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
task=$1 target=$2
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
stem=lockstep-v$version-$target
case $target in
  *windows*) archive=$stem.zip suffix=.exe ;;
  *) archive=$stem.tar.gz suffix= ;;
esac

if [ "$task" = name ]; then
  echo "$archive"
  exit
fi

binaries=$(cd "$3" && pwd)
mkdir -p "$4"
out=$(cd "$4" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$stem/completions" "$work/$stem/man"
cp "$binaries/lockstep$suffix" "$binaries/cargo-lockstep$suffix" "$work/$stem/"
cp "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$work/$stem/"
lockstep=$work/$stem/lockstep$suffix
for shell in bash elvish fish powershell zsh; do
  "$lockstep" completions "$shell" >"$work/$stem/completions/lockstep.$shell"
done
"$lockstep" man --dir "$work/$stem/man"

cd "$work"
rm -f "$out/$archive"
case $archive in
  *.zip) 7z a -bso0 -bsp0 "$out/$archive" "$stem" ;;
  *) tar -czf "$out/$archive" "$stem" ;;
esac
echo "$archive"
