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

# Puts this script into the queue again, behind what it waits for, and prints its new id.
dependency=
submit() {
  sbatch --parsable ${dependency:+"--dependency=$dependency"} "$job/job.sh" | cut -d ';' -f 1
}

# Queues this very job again, so that its id stays and those that wait for it go on waiting. Slurm ends this shell then.
requeue() {
  note requeued
  scontrol requeue "$id" || return 1
  trap 'exit 0' TERM
  while :; do sleep 60 || true; done
}

# When Slurm will end this job, in seconds since 1970.
job_end() {
  local told=${SLURM_JOB_END_TIME:-}
  if [ -z "$told" ]; then
    told=$(scontrol show job --oneliner "$SLURM_JOB_ID" 2>/dev/null | grep -o ' EndTime=[^ ]*' | cut -d = -f 2) || true
    told=$(date -d "$told" +%s 2>/dev/null) || true
  fi
  echo "${told:-$((started + 7200))}"
}

# Nodes of this job that no longer answer.
lost_nodes() {
  sinfo --noheader --nodes="$SLURM_JOB_NODELIST" --states=down,fail,no_respond --format=%n 2>/dev/null | xargs
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

say() { printf '%s job %s: %s\n' "$(date '+%F %T')" "$id" "$*"; }

# note KIND [ID [EXIT_CODE]]: a line in the record of this job, which `swath status` reads.
note() {
  printf '{"kind":"%s","id":"%s","index":%s,"host":"%s","time":%s%s}\n' "$1" "${2:-$id}" "${index:-null}" \
    "$HOSTNAME" "$(date +%s)" "${3:+,\"exit_code\":$3}" >>"$job/attempts.jsonl"
}

# Processes of this job that the kernel has killed for their memory.
memory_kills() {
  local group
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  sed -n 's/^oom_kill //p' "/sys/fs/cgroup${group%%/step_*}/memory.events" 2>/dev/null || true
}

leave() {
  note ended "$id" "$1"
  exit "$1"
}

# again WHY: has this job run once more, from where it stopped.
again() {
  local made
  if [ -e "$job/cancelled" ]; then
    say "$1, as asked. To go on: swath resume ndvi"
    leave 75
  fi
  if [ "$attempt" -ge "$attempts" ]; then
    say "$1; attempt $attempt of $attempts was the last one. To go on: swath resume ndvi"
    leave 75
  fi
  say "$1; attempt $attempt of $attempts ends, the next one goes on from here"
  requeue || true
  if ! made=$(submit) || [ -z "$made" ]; then
    say "it can't be submitted from $HOSTNAME. To go on: swath resume ndvi"
    leave 75
  fi
  note resubmitted "$made"
  say "submitted again as $made"
  leave 0
}

# Launchers pass signals on to the ranks: USR1 asks the run to stop, TERM ends it.
launcher=
signalled=
terminated=
trap 'signalled=1; [ -z "$launcher" ] || kill -USR1 "$launcher" || true' USR1
trap 'signalled=1; terminated=1; [ -z "$launcher" ] || kill -TERM "$launcher" || true' TERM INT

started=$(date +%s)
: >>"$job/attempts.jsonl"
attempt=$(awk -v index_="\"index\":${index:-null}," '
  match($0, /"id":"[^"]*"/) { id = substr($0, RSTART, RLENGTH) }
  # It may have started before whoever submitted it wrote that down.
  /"kind":"(first|resumed)"/ { count = seen[id] }
  /"kind":"started"/ && index($0, index_) { count++; seen[id]++ }
  END { print count + 1 }' "$job/attempts.jsonl")
note started
if [ "$attempt" -gt "$attempts" ]; then
  say "has run $attempts times already, which is all that it may. To go on: swath resume ndvi"
  leave 75
fi
say "attempt $attempt of $attempts on $HOSTNAME and others"
cd /home/ada/project
mkdir -p "$run"

# Swath has threads of its own: libraries below it must not start theirs on the same cores.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 BLIS_NUM_THREADS=1

# The run stops in good order by its own clock, 30 s before the batch system ends this job.
end=$(job_end)
deadline=()
if [ -n "$end" ]; then
  deadline=(--deadline "$(date -u -d "@$((end - 30))" +%Y-%m-%dT%H:%M:%SZ)")
fi

# Launchers may say 0 or 1 whatever happened to their ranks: what counts is how the run itself says that it ended.
rm -f "$run/outcome.json"
: >"$stamp"
kills_before=$(memory_kills)
srun --ntasks=8 --ntasks-per-node=2 --cpus-per-task=8 --kill-on-bad-exit=1 --hint=nomultithread -m block:cyclic \
  /home/ada/bin/swath run --resume --run-dir "$run" --keep-run-dir --stop-file "$job/cancelled" \
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
case $ending in
  finished)
    say "finished after $(($(date +%s) - started)) s"
    leave 0
    ;;
  drained) again "stopped in time" ;;
  failed)
    say "failed; see above"
    [ "$status" -ne 0 ] || status=1
    leave "$status"
    ;;
esac

# The run was cut off: by whoever ended this job, for its memory, or by a node that is gone.
[ "$status" -ne 0 ] || status=1
if [ -n "$terminated" ] || is_being_ended; then
  if [ -n "$end" ] && [ "$(date +%s)" -ge "$((end - 30))" ]; then again "reached its end before it had stopped"; fi
  say "ended by request"
  leave 143
fi
lost=$(lost_nodes) || true
[ -z "$lost" ] || again "lost $lost"
kills=$(memory_kills)
if [ "${kills:-0}" -gt "${kills_before:-0}" ]; then
  say "killed for taking more memory than it was given: ask for more by --memory, or for fewer ranks on a node"
  leave "$status"
fi
case $status in
  132 | 134 | 135 | 136 | 139)
    say "crashed with exit code $status"
    leave "$status"
    ;;
esac
# A run that was killed without a word leaves its lock.
if [ "$ending" = interrupted ] || [ "$run/lock" -nt "$stamp" ]; then again "lost a rank"; fi
say "ended with exit code $status before it had begun; see above"
leave "$status"
