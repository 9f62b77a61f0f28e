package selection_test

import data.postern

policy(subjects) := {"namespace": "ns", "databases": {"labels": {"tier": "a"}}, "subjects": subjects}

who := {
	"identity": {"kind": "serviceaccount", "namespace": "ns", "name": "sa", "subject": "s", "groups": ["g"]},
	"workload": {"labels": {"app": "x"}},
	"session": {"purpose": "training"},
	"database": {"namespace": "ns", "name": "db", "labels": {"tier": "a", "more": "b"}},
}

selects(p) if count(postern.selection) == 1 with data.compiled.policies as [p] with input as who

workload(fields) := policy({"workloads": [object.union({"namespace": "ns", "serviceAccount": "*", "podLabels": {}}, fields)]})

test_everybody if selects(policy({}))

test_workload if selects(workload({"serviceAccount": "sa"}))

test_other_workload if not selects(workload({"serviceAccount": "other"}))

test_other_namespace if not selects(workload({"namespace": "elsewhere"}))

test_any_namespace if selects(workload({"namespace": "*"}))

test_pod_labels if {
	selects(workload({"podLabels": {"app": "x"}}))
	not selects(workload({"podLabels": {"app": "y"}}))
	not selects(workload({"podLabels": {"other": "x"}}))
}

test_all_fields_must_match if {
	selects(policy({"groups": ["g"], "purposes": ["training"]}))
	not selects(policy({"groups": ["g"], "purposes": ["other"]}))
	not selects(policy({"groups": ["g"], "users": ["sa"]}))
}

test_database if {
	not selects(object.union(policy({}), {"namespace": "elsewhere"}))
	not selects(object.union(policy({}), {"databases": {"labels": {"tier": "b"}}}))
	not selects(object.union(policy({}), {"databases": {"names": ["other"]}}))
	selects(object.union(policy({}), {"databases": {"names": ["db"]}}))
}

test_baseline_is_not_selected if not selects(object.union(policy({}), {"baseline": true}))
