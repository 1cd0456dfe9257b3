"""The part of botocore's CodePipeline model that the simulator speaks.

`python3 shapes.py` writes it to src/protocol/shapes.json, which the simulator validates requests against; the boto3
test compares the two, so that the simulator's idea of a valid request is never our own.
"""

import glob
import gzip
import json
import os

import botocore

OPERATIONS = [
    "CreatePipeline", "DeletePipeline", "DisableStageTransition", "EnableStageTransition", "GetJobDetails",
    "GetPipeline", "GetPipelineExecution", "GetPipelineState", "ListActionExecutions", "ListPipelineExecutions",
    "ListPipelines", "PutApprovalResult", "PutJobFailureResult", "PutJobSuccessResult", "RetryStageExecution",
    "RollbackStage", "StartPipelineExecution", "StopPipelineExecution",
]
CONSTRAINTS = ("type", "required", "min", "max", "pattern", "enum")
FILE = os.path.join(os.path.dirname(__file__), "..", "src", "protocol", "shapes.json")


def model():
    """botocore's whole model of CodePipeline."""
    found = glob.glob(os.path.join(os.path.dirname(botocore.__file__), "data/codepipeline/*/service-2.json.gz"))
    with gzip.open(sorted(found)[-1]) as file:
        return json.load(file)


def requests():
    """What a request must look like: each operation's input shape, and every shape that it leads to."""
    source = model()
    shapes = {}

    def walk(name):
        if name in shapes:
            return
        shape = source["shapes"][name]
        kept = {key: shape[key] for key in CONSTRAINTS if key in shape}
        shapes[name] = kept
        if "members" in shape:
            kept["members"] = {member: target["shape"] for member, target in shape["members"].items()}
        for key in ("member", "key", "value"):
            if key in shape:
                kept[key] = shape[key]["shape"]
        for target in [*kept.get("members", {}).values(), *(kept[key] for key in ("member", "key", "value") if key in kept)]:
            walk(target)

    operations = {name: source["operations"][name]["input"]["shape"] for name in OPERATIONS}
    for name in operations.values():
        walk(name)
    return {"operations": operations, "shapes": shapes}


if __name__ == "__main__":
    with open(FILE, "w", encoding="utf-8") as out:
        json.dump(requests(), out, indent=1, sort_keys=True)
        out.write("\n")
