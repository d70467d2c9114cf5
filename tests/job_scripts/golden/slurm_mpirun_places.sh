#!/bin/bash
# ndvi: swath run ndvi.py scene.zarr
#
# A job script for Slurm, written by swath 0.1.0. It is submitted by:
#   sbatch --parsable /home/ada/project/.swath/jobs/ndvi/job.sh
# 8 MPI ranks, 2 on each of 4 nodes; 8 cores and as many threads a rank.
#
#SBATCH --job-name=ndvi
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=8
#SBATCH --time=02:00:00
#SBATCH --output=/home/ada/project/.swath/jobs/ndvi/logs/%j.out
#SBATCH --open-mode=append
#SBATCH --requeue
# Some time before its end, this shell is told; beside the clock of the run itself.
#SBATCH --signal=B:USR1@90
# Nothing of the submitting shell comes along but what is set below.
#SBATCH --export=NONE

# shellcheck disable=SC2016 # the user's words are taken as they are
set -euo pipefail

# The ranks get what this shell has, although this shell got nothing.
export SLURM_EXPORT_ENV=ALL

id=$SLURM_JOB_ID
index=

# Whether what a command has said leaves open what has come of it.
is_no_answer() { [[ ${1,,} == *@("timed out"|"receive failure"|"zero bytes were transmitted"|"communication"|"connection reset"|"connection lost"|"broken pipe"|"end of file"|"premature end")* ]]; }

# Puts this script into the queue again, behind what it waits for, and prints its new id. Without an answer, it may be there
# all the same, or get there in a moment.
dependency=
submit() {
  local said made at script code=0
  said=$(sbatch --parsable ${dependency:+"--dependency=$dependency"} "$job/job.sh" 2>&1) || code=$?
  if [ "$code" -eq 0 ] && made=$(grep -xE '[0-9]+(;.*)?' <<<"$said"); then
    echo "${made%%;*}"
    return
  fi
  printf '%s\n' "$said" >&2
  # Taken, it is there, whatever hides its id.
  [ "$code" -eq 0 ] || is_no_answer "$said" || return 1
  for _ in 1 2 3; do
    sleep 5
    while IFS='|' read -r made at script; do
      if [ "$script" = "$job/job.sh" ] && [ "$at" = "${index:-N/A}" ] && ! grep -F "\"$made\"" "$job/attempts.jsonl" >/dev/null; then
        echo "$made"
        return
      fi
    done < <(squeue --noheader --me --all --format='%F|%K|%o' 2>/dev/null)
  done
  return 1
}

# Queues this very job again, so that its id stays and those that wait for it go on waiting. Slurm ends this shell then.
# Where the controller gives no answer, it may do so all the same in a while.
requeue() {
  local said since=$SECONDS
  note requeued
  trap 'is_noted=1; exit 0' TERM
  if said=$(scontrol requeue "$id" 2>&1); then
    while :; do sleep 60 || true; done
  fi
  printf '%s\n' "$said"
  if is_no_answer "$said"; then
    while [ $((SECONDS - since)) -lt 60 ]; do sleep 5 || true; done
  fi
  trap 'terminated=1' TERM
  return 1
}

# When Slurm will end this job, in seconds since 1970.
job_end() {
  local told=${SLURM_JOB_END_TIME:-}
  if [ -z "$told" ]; then
    told=$(scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep -o ' EndTime=[^ ]*' | cut -d = -f 2) || true
    # Of nothing, `date` would make midnight.
    [ -z "$told" ] || told=$(date -d "$told" +%s 2>/dev/null) || true
  fi
  echo "${told:-$((started + 7200))}"
}

# Nodes of this job that no longer answer.
lost_nodes() {
  sinfo --noheader --nodes="$SLURM_JOB_NODELIST" --states=down,fail,no_respond --format=%n 2>/dev/null | xargs
}

# Whether a step of this job has run out of memory, on whatever node: Slurm knows of it a moment later, as exit code 125.
ran_out_of_memory() {
  for _ in 1 2; do
    if scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep ' DerivedExitCode=[0-9]*:125 ' >/dev/null ||
      sacct --noheader --parsable2 --jobs="$SLURM_JOB_ID" --format=state 2>/dev/null | grep -x OUT_OF_MEMORY >/dev/null; then
      return 0
    fi
    sleep 1
  done
  return 1
}

# Whether Slurm is ending this job: cancelled, out of time, or queued again by Slurm itself for a node that is lost.
is_being_ended() {
  local state
  state=$(scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep -o ' JobState=[A-Z_]*' | cut -d = -f 2) || true
  [ -n "$state" ] && [ "$state" != RUNNING ]
}

job=/home/ada/project/.swath/jobs/ndvi
run=$job/run
attempts=7 # how often this job may run

stamp=$job/stamp # as old as what runs
stuck=$job/stuck # there where a rank was lost and nothing was finished

say() { printf '%s job %s: %s\n' "$(date '+%F %T')" "$id" "$*"; }

# note KIND [ID [EXIT_CODE [WHY]]]: a line in the record of this job, which `swath status` reads.
note() {
  printf '{"kind":"%s","id":"%s","index":%s,"host":"%s","time":%s%s%s}\n' "$1" "${2:-$id}" "${index:-null}" \
    "$HOSTNAME" "$(date +%s)" "${3:+,\"exit_code\":$3}" "${4:+,\"why\":\"$4\"}" >>"$job/attempts.jsonl"
}

# leave EXIT_CODE [WHY]
leave() {
  is_noted=1
  note ended "$id" "$1" "${2:-}"
  exit "$1"
}

# Whatever ends this script, its record says so.
doing="its beginning"
is_noted=
# shellcheck disable=SC2317 # called by the trap
at_exit() {
  local code=$?
  [ -z "$is_noted" ] || return 0
  # Without its run, it hasn't succeeded.
  [ "$code" -ne 0 ] || code=1
  say "ended with exit code $code in $doing; see above"
  leave "$code" "ended in $doing"
}
trap at_exit EXIT

# Processes of this job that the kernel has killed for their memory, on this node.
memory_kills() {
  local group
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  sed -n 's/^oom_kill //p' "/sys/fs/cgroup${group%%/step_*}/memory.events" 2>/dev/null || true
}

# The output of this script, and what Slurm and PBS write there when that happens on any node.
output=$(readlink "/proc/$$/fd/1") || true
output_bytes() { 2>/dev/null wc -c <"$output" || echo 0; }
told_of_memory_kills() {
  local lines
  # All of it is read: who stops at the first match ends `tail` by a signal.
  lines=$(tail -c "+$(($1 + 1))" "$output" 2>/dev/null |
    grep -cE '(slurmstepd|srun): .*(oom.kill|Out Of Memory)|Cgroup mem(ory|sw)? limit exceeded') || true
  [ "${lines:-0}" -gt 0 ]
}

# What the run has finished, in bytes of its journal.
journal_bytes() { 2>/dev/null wc -c <"$run/journal" || echo 0; }

# again WHY: has this job run once more, from where it stopped.
again() {
  local made
  if [ -e "$job/cancelled" ]; then
    say "$1, as asked. To go on: swath resume ndvi"
    leave 75
  fi
  if [ "$attempt" -ge "$attempts" ]; then
    say "$1; attempt $attempt of $attempts was the last one. To go on: swath resume ndvi"
    leave 75 "$1; attempt $attempt of $attempts was the last one"
  fi
  say "$1; attempt $attempt of $attempts ends, the next one goes on from here"
  requeue || true
  if ! made=$(submit) || [ -z "$made" ]; then
    say "it can't be submitted from $HOSTNAME. To go on: swath resume ndvi"
    leave 75 "$1, and can't be submitted from $HOSTNAME"
  fi
  note resubmitted "$made"
  say "submitted again as $made"
  leave 0
}

# lost_a_rank: the same, unless nothing was finished since that happened before: then it would happen again.
lost_a_rank() {
  if [ "$(journal_bytes)" -gt "$journal_before" ] ||
    [ -n "$(find "$run/values" "$run/partials" -type f -newer "$stamp" -print -quit 2>/dev/null)" ]; then
    rm -f "$stuck"
  elif [ -e "$stuck" ]; then
    rm -f "$stuck"
    say "lost a rank twice, and got no further in between: it isn't tried again"
    leave "$status" "lost a rank twice, and got no further in between"
  else
    : >"$stuck"
  fi
  again "lost a rank"
}

# Launchers pass signals on to the ranks: USR1 asks the run to stop, TERM ends it.
launcher=
signalled=
terminated=
trap 'signalled=1; [ -z "$launcher" ] || kill -USR1 "$launcher" || true' USR1
trap 'signalled=1; terminated=1; [ -z "$launcher" ] || kill -TERM "$launcher" || true' TERM INT

started=$(date +%s)
: >>"$job/attempts.jsonl"
# Counted from when the user last submitted it.
attempt=$(awk -F '[",:{}]+' -v index_="${index:-null}" '
  $3 == "submitting" { count = 0 }
  $3 == "started" && $7 == index_ { count++ }
  END { print count + 1 }' "$job/attempts.jsonl")
note started
if [ "$attempt" -gt "$attempts" ]; then
  say "has run $attempts times already, which is all that it may. To go on: swath resume ndvi"
  leave 75 "has run $attempts times already"
fi
say "attempt $attempt of $attempts on $HOSTNAME and others"
doing="going to its directory"
cd /home/ada/project
mkdir -p "$run"

# Swath has threads of its own: libraries below it must not start theirs on the same cores.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 BLIS_NUM_THREADS=1

# The run stops in good order by its own clock, 30 s before the batch system ends this job.
end=$(job_end)
deadline=()
if [ -z "$end" ]; then
  say "nothing says when this job will be ended, so it can't stop in time: name a walltime by --time"
elif [ "$(date +%s)" -ge "$((end - 30))" ]; then
  again "had no time left to begin"
else
  deadline=(--deadline "$(date -u -d "@$((end - 30))" +%Y-%m-%dT%H:%M:%SZ)")
fi

if [ -n "$terminated" ]; then
  say "ended by request before it had begun"
  leave 143
fi

# Launchers may say 0 or 1 whatever happened to their ranks: what counts is how the run itself says that it ended.
rm -f "$run/outcome.json"
: >"$stamp"
kills_before=$(memory_kills)
output_before=$(output_bytes)
journal_before=$(journal_bytes)
doing="its run"
mpirun -n 8 --map-by numa --bind-to numa \
  /home/ada/bin/swath run --resume --run-dir "$run" --keep-run-dir --await-run-dir --stop-file "$job/cancelled" \
  ${deadline[@]+"${deadline[@]}"} --grace 60s --threads 8 \
  "$job/script.py" scene.zarr &
launcher=$!

# A signal ends `wait`, not the launcher.
while :; do
  signalled=
  status=0
  wait "$launcher" || status=$?
  [ -n "$signalled" ] || break
done

ending=$(sed -n 's/.*"ending": *"\([a-z]*\)".*/\1/p' "$run/outcome.json" 2>/dev/null) || true
doing="what follows its run"
case $ending in
  finished)
    say "finished after $(($(date +%s) - started)) s"
    rm -f "$stuck"
    leave 0
    ;;
  drained)
    rm -f "$stuck"
    again "stopped in time"
    ;;
esac

[ "$status" -ne 0 ] || status=1
lost=$(lost_nodes) || true
if [ "$ending" = failed ] && [ -z "$lost" ]; then
  say "failed; see above"
  leave "$status"
fi

# The run was cut off: by whoever ended this job, for its memory, or by a node that is gone.
if [ -n "$terminated" ] || is_being_ended; then
  if [ -n "$end" ] && [ "$(date +%s)" -ge "$((end - 30))" ]; then again "reached its end before it had stopped"; fi
  say "ended by request"
  leave 143
fi
[ -z "$lost" ] || again "lost $lost"
kills=$(memory_kills)
if [ "${kills:-0}" -gt "${kills_before:-0}" ] || told_of_memory_kills "$output_before" || ran_out_of_memory; then
  say "killed for taking more memory than it was given: ask for more by --memory, or for fewer ranks on a node"
  leave "$status" "killed for taking more memory than it was given"
fi
case $status in
  132 | 134 | 135 | 136 | 139)
    say "crashed with exit code $status"
    leave "$status" "crashed with signal $((status - 128))"
    ;;
esac
# A run that was killed without a word leaves its lock.
if [ "$ending" = interrupted ] || [ "$run/lock" -nt "$stamp" ]; then lost_a_rank; fi
say "ended with exit code $status before it had begun; see above"
leave "$status" "ended with exit code $status before its run had begun"
