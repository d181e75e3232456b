#!/usr/bin/env bash
# Plans the benchmarks for GPUs by the checked-in profiles and writes their classes; needs no GPU, and `mvn -DskipTests package` before.
#
#   LIBRARIES=… plans.sh OUT [PLAN…]
#
# LIBRARIES: javacpp, pytorch, cuda, jackson-core, picocli, commons-csv, progressbar and jspecify, as a class path. OUT gets the written
# classes, the plans and the programs: with the jars of annotations and runtime and the libraries it is the class path of a benchmark.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../../.." && pwd)
out=$1
shift
bench=$root/samples/src/bench/java/dev/ashlar/samples/bench/gpu
gpt=$root/samples/src/main/java/dev/ashlar/samples/gpt

jar() { find "$root/$1/target" -maxdepth 1 -name "ashlar-*.jar" ! -name '*-sources.jar' ! -name '*-javadoc.jar'; }

classes=$(jar dsl-annotations):$(jar runtime):$LIBRARIES
compile() { "${JAVA_HOME:+$JAVA_HOME/bin/}javac" --release 17 -d "$out" "$@"; }

# Which of the benchmark's sources are plans of a device, and asked for.
plans() {
    local device=$1 plan
    shift
    for plan in $(cd "$bench" && grep -l "device = \"$device\"" *.java); do
        if [ $# -eq 0 ] || [[ " $* " == *" ${plan%.java} "* ]]; then
            echo "$bench/$plan"
        fi
    done
}

mkdir -p "$out"
models=("$bench/package-info.java" "$bench/Transformer.java" "$gpt/DecoderBlock.java" "$gpt/Gpt.java")
for device in cpu h100-sxm h200-sxm; do
    profile=$root/profiles/$device.device.json
    mapfile -t sources < <(plans $device "$@")
    if [ ${#sources[@]} -gt 0 ]; then
        compile -cp "$classes" --processor-path "$(jar dsl-processor)" $([ -e "$profile" ] && echo "-Aashlar.device=$profile") "${models[@]}" "${sources[@]}"
    fi
done
if [ $# -eq 0 ]; then
    mapfile -t programs < <(grep -L '^@Plan\|^@Model' "$bench"/*.java)
    compile -cp "$out:$classes" -proc:none "${programs[@]}"
fi
