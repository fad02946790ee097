# SPDX-License-Identifier: Apache-2.0
#
# What the map tools' filters share. $layout_file is the table of labels (layout.c); a map is bpftool's
# dump of it: an array of {key, value or values, formatted}.
#
# 64-bit numbers beyond 2^53 lose their lower bits in jq: such are read from the raw bytes, in the order
# of x86 and arm64 (lowest first).

def layout: $layout_file[0];

def hex_value: ltrimstr("0x") | explode
    | reduce .[] as $digit (0; . * 16 + (if $digit >= 97 then $digit - 87 else $digit - 48 end));

# Of an array of bytes as bpftool writes them ("0x1f").
def number_of_bytes: map(hex_value) | reduce reverse[] as $byte (0; . * 256 + $byte);

# The values of an array map whose formatted part is there, by index.
def by_index: map({key: (.formatted.key | tostring), value: .formatted.value}) | from_entries;

def name_of: .text | if type == "string" then . else map(hex_value) | until(length == 0 or .[-1] != 0; .[:-1]) | implode end;

# Names by index, those that are given.
def names: map({key: (.formatted.key | tostring), value: (.formatted.value | name_of)})
    | map(select(.value != "")) | from_entries;

# server_names has the pool's name and a slash before the server's.
def server_names: names | map_values(sub("^[^/]*/"; ""));

# A per-CPU entry's values added up: numbers, or objects and arrays of them.
def plus($other):
    if type == "object" then with_entries(.key as $key | .value |= plus($other[$key]))
    elif type == "array" then . as $all | [range(length) | . as $i | $all[$i] | plus($other[$i])]
    else . + $other end;

def sum_of_cpus: [.formatted.values[].value] | reduce .[1:][] as $next (.[0]; plus($next));

def sums_by_index: map({key: (.formatted.key | tostring), value: sum_of_cpus}) | from_entries;

# --- addresses: 16 numbers, IPv4-mapped ---

# The longest run of zero groups, two or more, the first of equals (RFC 5952, 4.2).
def shortest_ipv6: . as $text
    | ([match("(^|:)0(:0)+(:|$)"; "g")] | sort_by(-.length)[0]) as $run
    | if $run == null then . else $text[:$run.offset] + "::" + $text[$run.offset + $run.length:] end;

def hex_text: . as $n | if $n < 16 then "0123456789abcdef"[$n:$n + 1]
    else ($n / 16 | floor | hex_text) + ($n % 16 | hex_text) end;

def address_text: map(if type == "string" then hex_value else . end)
    | if .[:12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] then .[12:] | map(tostring) | join(".")
      else . as $bytes | [range(8) | $bytes[2 * .] * 256 + $bytes[2 * . + 1] | hex_text] | join(":") | shortest_ipv6 end;

# A big-endian 16-bit number that bpftool took for a little-endian one.
def from_network: (. % 256) * 256 + (. / 256 | floor);

def from_network_32: ((. % 65536 | from_network) * 65536) + (. / 65536 | floor | from_network);

# --- time ---

# Whole seconds, to the nearest, as the API gives them.
def tick_seconds: . * layout.tick.ns / 1e9 + 0.5 | floor;

# Ticks from $before to $now, modulo 2^16; a time a little ahead was noted by another CPU just now.
def ticks_between($before; $now): (($now - $before + layout.tick.mask + 1) % (layout.tick.mask + 1))
    | if . > layout.tick.mask - layout.tick.ahead then 0 else . end;

def birth_ticks($birth; $now): ticks_between($birth; $now)
    | if $birth == 0 or . > layout.tick.long_ago then layout.tick.long_ago else . end;

# --- who ---

def has_flag($flag): . % (2 * $flag) >= $flag;

# {server, pool, pool_index} by server index.
def owners($servers; $server_names; $pool_names):
    [$servers | to_entries[] | select(.value.flags | has_flag(layout.server_flags.in_use))
     | {key, value: {server: $server_names[.key], pool: $pool_names[.value.pool | tostring], pool_index: .value.pool}}]
    | from_entries;
