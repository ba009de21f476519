#!/bin/sh
# The body of every task of the crash test: body.sh LEDGER PAUSE OUTPUT [INPUT...]
# Enters its start and its end in the ledger, one line each by one append; writes an output that depends on the salt and the
# inputs alone. A line: WHAT RUN TASK ATTEMPT PID LEADER START-TICKS BOOT NANOSECONDS
set -eu
ledger=$1 pause=$2 output=$3
shift 3
ticks() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
leader=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f3)
mine="$AKU_PIPELINE_RUN $AKU_TASK"
boot=$(cat /proc/sys/kernel/random/boot_id)
say() { echo "$1 $mine $AKU_ATTEMPT $$ $leader $(ticks $$) $boot $(date +%s%N)" >>"$ledger"; }
# An earlier attempt that still runs beside this one: by process and start time. One without a command line is dead: killed,
# its memory gone, and on its way out or not yet reaped.
grep "^start $mine " "$ledger" 2>/dev/null | while read -r _ _ _ attempt pid _ started _; do
    [ "$(ticks "$pid")" = "$started" ] || continue
    [ -z "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline" || :)" ] || say "beside-$attempt"
done
say start
[ "$CALM" = 1 ] || sleep "$pause"
case $AKU_TASK in
    flaky) # The first execution of a run fails.
        [ "$CALM" = 1 ] || [ -e "$ledger.flaky.$AKU_PIPELINE_RUN" ] || { : >"$ledger.flaky.$AKU_PIPELINE_RUN"; say end; exit 3; } ;;
    bad) say end; exit 7 ;;
    leaves) sleep 300 & ;;
    folder) mkdir "$output"; for part in 1 2 3; do echo "$SALT $part" >"$output/$part.txt"; done ;;
esac
digest=$(echo "$AKU_TASK $SALT"; for input; do find "$input" -type f | LC_ALL=C sort | xargs cat; done)
digest=$(echo "$digest" | sha256sum)
if [ -d "$output" ]; then echo "$digest" >"$output/digest"; else echo "$digest" >"$output"; fi
say end
