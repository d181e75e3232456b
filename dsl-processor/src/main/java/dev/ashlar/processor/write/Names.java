package dev.ashlar.processor.write;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.TypeName;

/** The types that written classes refer to. */
final class Names {
    static final ClassName TENSOR = ClassName.get("org.bytedeco.pytorch", "Tensor");
    static final TypeName TENSORS = ArrayTypeName.of(TENSOR);
    static final ClassName OPS = ClassName.get("dev.ashlar.runtime.engine", "Ops");
    static final ClassName INIT = ClassName.get("dev.ashlar.runtime.engine", "Init");
    static final ClassName PARAMETER = ClassName.get("dev.ashlar.runtime.engine", "Parameter");
    static final ClassName PARAMETER_STORE = ClassName.get("dev.ashlar.runtime.engine", "ParameterStore");
    static final ClassName OPTIMIZER_KIND = ClassName.get("dev.ashlar.runtime.engine", "OptimizerKind");
    static final ClassName PRECISION = ClassName.get("dev.ashlar.runtime.engine", "Precision");
    static final ClassName DTYPE = ClassName.get("dev.ashlar.runtime", "DType");
    static final ClassName HOST_TENSOR = ClassName.get("dev.ashlar.runtime", "HostTensor");
    static final ClassName LAYOUT = ClassName.get("dev.ashlar.runtime.dist", "Layout");
    static final ClassName SEED = ClassName.get("dev.ashlar.runtime", "Seed");
    static final ClassName RANKS = ClassName.get("dev.ashlar.runtime.launch", "Ranks");
    static final ClassName SETTINGS = ClassName.get("dev.ashlar.runtime.train", "Settings");
    static final ClassName PLAN_INFO = ClassName.get("dev.ashlar.runtime.train", "PlanInfo");
    static final ClassName INPUT_INFO = ClassName.get("dev.ashlar.runtime.train", "InputInfo");
    static final ClassName MICRO_BATCHES = ClassName.get("dev.ashlar.runtime.train", "MicroBatches");
    static final ClassName PLANNED_STEP = ClassName.get("dev.ashlar.runtime.train", "PlannedStep");

    private Names() {}
}
