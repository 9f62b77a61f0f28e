// Generated from crds/*.yaml by scripts/generate.mjs. Do not edit.

import type { Schema } from '../schema.js';

/** OpenAPI schema of each kind, as in its CustomResourceDefinition. */
export const schemas: Readonly<Record<string, { readonly apiVersion: string; readonly schema: Schema }>> = {
  "AccessRequest": {
    "apiVersion": "postern.dev/v1alpha1",
    "schema": {
      "type": "object",
      "description": "A statement that waits for a decision. Made by the operator; its spec never changes; it is decided in its status.",
      "required": [
        "spec"
      ],
      "properties": {
        "apiVersion": {
          "type": "string"
        },
        "kind": {
          "type": "string"
        },
        "metadata": {
          "type": "object"
        },
        "spec": {
          "type": "object",
          "description": "Who asks for what, where and why.",
          "required": [
            "requester",
            "statement",
            "databaseRef",
            "policy"
          ],
          "properties": {
            "requester": {
              "type": "object",
              "description": "The verified identity.",
              "required": [
                "kind",
                "subject"
              ],
              "properties": {
                "kind": {
                  "type": "string",
                  "description": "A workload or a person.",
                  "enum": [
                    "ServiceAccount",
                    "User"
                  ]
                },
                "issuer": {
                  "type": "string",
                  "description": "Who verified it.",
                  "maxLength": 1024
                },
                "subject": {
                  "type": "string",
                  "description": "The verified name, e.g. system:serviceaccount:ml:trainer.",
                  "minLength": 1,
                  "maxLength": 1024
                },
                "groups": {
                  "type": "array",
                  "description": "Verified groups.",
                  "maxItems": 256,
                  "items": {
                    "type": "string",
                    "description": "One group.",
                    "maxLength": 253
                  }
                },
                "pod": {
                  "type": "string",
                  "description": "Name of the pod.",
                  "maxLength": 253
                }
              }
            },
            "statement": {
              "type": "object",
              "description": "What is to be run.",
              "required": [
                "command",
                "normalisedSql",
                "fingerprint"
              ],
              "properties": {
                "command": {
                  "type": "string",
                  "description": "Command tag, e.g. DROP TABLE.",
                  "minLength": 1,
                  "maxLength": 63
                },
                "normalisedSql": {
                  "type": "string",
                  "description": "The statement with its literals taken out.",
                  "maxLength": 65536
                },
                "fingerprint": {
                  "type": "string",
                  "description": "Fingerprint of the statement; a grant is for this one only.",
                  "minLength": 1,
                  "maxLength": 128
                },
                "effects": {
                  "type": "array",
                  "description": "What it does to which objects.",
                  "maxItems": 256,
                  "items": {
                    "type": "object",
                    "description": "One effect.",
                    "required": [
                      "action"
                    ],
                    "properties": {
                      "action": {
                        "type": "string",
                        "description": "E.g. select or ddl.",
                        "maxLength": 16
                      },
                      "object": {
                        "type": "string",
                        "description": "schema.name",
                        "maxLength": 140
                      }
                    }
                  }
                },
                "expectedRows": {
                  "type": "integer",
                  "format": "int64",
                  "minimum": 0,
                  "description": "The server's estimate of the rows concerned."
                }
              }
            },
            "databaseRef": {
              "type": "object",
              "description": "Where, a Database of this namespace.",
              "required": [
                "name"
              ],
              "properties": {
                "name": {
                  "type": "string",
                  "description": "Name of the Database.",
                  "minLength": 1,
                  "maxLength": 253
                },
                "databaseName": {
                  "type": "string",
                  "description": "The server's own database.",
                  "maxLength": 63
                }
              }
            },
            "policy": {
              "type": "object",
              "description": "What asks for the approval.",
              "required": [
                "name",
                "rule"
              ],
              "properties": {
                "namespace": {
                  "type": "string",
                  "description": "Namespace of the policy.",
                  "maxLength": 63
                },
                "name": {
                  "type": "string",
                  "description": "Name of the policy.",
                  "minLength": 1,
                  "maxLength": 253
                },
                "rule": {
                  "type": "string",
                  "description": "Name of its rule.",
                  "minLength": 1,
                  "maxLength": 63
                }
              }
            },
            "approvers": {
              "type": "object",
              "description": "Who may decide.",
              "properties": {
                "groups": {
                  "type": "array",
                  "description": "Groups.",
                  "maxItems": 64,
                  "items": {
                    "type": "string",
                    "description": "One group.",
                    "maxLength": 253
                  }
                },
                "users": {
                  "type": "array",
                  "description": "Users.",
                  "maxItems": 64,
                  "items": {
                    "type": "string",
                    "description": "One user.",
                    "maxLength": 253
                  }
                }
              }
            },
            "grant": {
              "type": "string",
              "description": "What an approval is good for.",
              "enum": [
                "once",
                "session",
                "window"
              ],
              "default": "once"
            },
            "purpose": {
              "type": "string",
              "description": "Why, in the words of the one who asks.",
              "maxLength": 1024
            },
            "expiresAfter": {
              "type": "string",
              "description": "How long the request and what it grants stand, e.g. 1h.",
              "maxLength": 32,
              "pattern": "^([0-9]+(ms|s|m|h))+$",
              "default": "1h"
            }
          },
          "x-kubernetes-validations": [
            {
              "rule": "self == oldSelf",
              "message": "a request cannot be changed once it is made"
            }
          ]
        },
        "status": {
          "type": "object",
          "description": "The decision.",
          "properties": {
            "phase": {
              "type": "string",
              "description": "Where the request stands.",
              "enum": [
                "Pending",
                "Approved",
                "Denied",
                "Expired"
              ]
            },
            "decision": {
              "type": "object",
              "description": "Who decided and why.",
              "required": [
                "by"
              ],
              "properties": {
                "by": {
                  "type": "string",
                  "description": "The approver as the API server knows them.",
                  "maxLength": 1024
                },
                "at": {
                  "type": "string",
                  "format": "date-time",
                  "description": "When."
                },
                "reason": {
                  "type": "string",
                  "description": "Why.",
                  "maxLength": 1024
                }
              }
            },
            "expiresAt": {
              "type": "string",
              "format": "date-time",
              "description": "When the request or the grant ends."
            },
            "conditions": {
              "type": "array",
              "description": "Decided.",
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": [
                "type"
              ],
              "items": {
                "type": "object",
                "description": "One aspect of the state.",
                "required": [
                  "type",
                  "status",
                  "lastTransitionTime",
                  "reason",
                  "message"
                ],
                "properties": {
                  "type": {
                    "type": "string",
                    "description": "Which aspect.",
                    "maxLength": 316
                  },
                  "status": {
                    "type": "string",
                    "description": "Whether it holds.",
                    "enum": [
                      "True",
                      "False",
                      "Unknown"
                    ]
                  },
                  "observedGeneration": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": 0,
                    "description": "The generation that was looked at."
                  },
                  "lastTransitionTime": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When the status last changed."
                  },
                  "reason": {
                    "type": "string",
                    "description": "Why, one word for programs.",
                    "minLength": 1,
                    "maxLength": 1024,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
                  },
                  "message": {
                    "type": "string",
                    "description": "Why, for people.",
                    "maxLength": 32768
                  }
                }
              }
            }
          },
          "x-kubernetes-validations": [
            {
              "rule": "!has(self.phase) || !(self.phase in ['Approved', 'Denied']) || has(self.decision)",
              "message": "an approved or denied request must say who decided"
            }
          ]
        }
      }
    }
  },
  "DatabaseAccessPolicy": {
    "apiVersion": "postern.dev/v1alpha1",
    "schema": {
      "type": "object",
      "description": "Who may do what with which data of the Databases of this namespace. All policies that select a session are evaluated together: Deny beats RequireApproval beats Allow, the strictest mask, every row filter and the smallest limit win.",
      "required": [
        "spec"
      ],
      "properties": {
        "apiVersion": {
          "type": "string"
        },
        "kind": {
          "type": "string"
        },
        "metadata": {
          "type": "object"
        },
        "spec": {
          "type": "object",
          "description": "The rules and whom they are about.",
          "properties": {
            "enforcement": {
              "type": "string",
              "description": "Enforce acts on the decision; Audit decides and records, and changes nothing.",
              "enum": [
                "Enforce",
                "Audit"
              ],
              "default": "Enforce"
            },
            "databases": {
              "type": "object",
              "description": "Which Databases of this namespace. All given fields must match; absent means all of them.",
              "properties": {
                "matchLabels": {
                  "type": "object",
                  "description": "Labels the Database must have.",
                  "additionalProperties": {
                    "type": "string"
                  }
                },
                "names": {
                  "type": "array",
                  "description": "Names of Databases.",
                  "minItems": 1,
                  "maxItems": 64,
                  "x-kubernetes-list-type": "set",
                  "items": {
                    "type": "string",
                    "description": "Name of one Database object.",
                    "minLength": 1,
                    "maxLength": 253
                  }
                }
              }
            },
            "subjects": {
              "type": "object",
              "description": "Whom it is about. All given fields must match, in each any entry. Absent means everybody.",
              "properties": {
                "workloads": {
                  "type": "array",
                  "description": "Pods, known by their ServiceAccount.",
                  "minItems": 1,
                  "maxItems": 64,
                  "items": {
                    "type": "object",
                    "description": "All given fields must match.",
                    "properties": {
                      "namespace": {
                        "type": "string",
                        "description": "Namespace of the ServiceAccount; '*' means any. Absent means the policy's own.",
                        "maxLength": 63,
                        "pattern": "^([*]|[a-z0-9]([a-z0-9-]*[a-z0-9])?)$"
                      },
                      "serviceAccount": {
                        "type": "string",
                        "description": "Name of the ServiceAccount; '*' or absent means any.",
                        "maxLength": 253,
                        "pattern": "^([*]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$"
                      },
                      "podLabels": {
                        "type": "object",
                        "description": "Labels the pod must have.",
                        "additionalProperties": {
                          "type": "string"
                        }
                      }
                    }
                  }
                },
                "groups": {
                  "type": "array",
                  "description": "Groups from the verified token of the identity provider.",
                  "minItems": 1,
                  "maxItems": 64,
                  "x-kubernetes-list-type": "set",
                  "items": {
                    "type": "string",
                    "description": "One group.",
                    "minLength": 1,
                    "maxLength": 253
                  }
                },
                "users": {
                  "type": "array",
                  "description": "People, by the name or the subject of their verified token.",
                  "minItems": 1,
                  "maxItems": 64,
                  "x-kubernetes-list-type": "set",
                  "items": {
                    "type": "string",
                    "description": "One user.",
                    "minLength": 1,
                    "maxLength": 253
                  }
                },
                "purposes": {
                  "type": "array",
                  "description": "What the session says it is for. Claimed by the client, not verified.",
                  "minItems": 1,
                  "maxItems": 64,
                  "x-kubernetes-list-type": "set",
                  "items": {
                    "type": "string",
                    "description": "One purpose.",
                    "minLength": 1,
                    "maxLength": 253
                  }
                }
              }
            },
            "defaultAction": {
              "type": "string",
              "description": "What happens to an access that no rule allows. The strictest of the selected policies counts.",
              "enum": [
                "Allow",
                "Deny",
                "RequireApproval"
              ],
              "default": "Deny"
            },
            "rules": {
              "type": "array",
              "description": "The rules; their order does not matter.",
              "maxItems": 64,
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": [
                "name"
              ],
              "items": {
                "type": "object",
                "description": "Applies to an access when everything that is given matches.",
                "required": [
                  "name",
                  "actions",
                  "effect"
                ],
                "properties": {
                  "name": {
                    "type": "string",
                    "description": "Shown in refusals, approvals and the record.",
                    "minLength": 1,
                    "maxLength": 63,
                    "pattern": "^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$",
                    "x-kubernetes-validations": [
                      {
                        "rule": "!(self in ['default', 'rego', 'residency'])",
                        "message": "default, rego and residency are taken"
                      }
                    ]
                  },
                  "actions": {
                    "type": "array",
                    "description": "What is done. write is all of insert, update, delete, merge and truncate; any is everything; copy-in and copy-out come besides the insert or select that they imply. function-call is the protocol's FunctionCall message (libpq's large objects), which only a rule that names it allows; it comes besides execute, and any does not include it. replication is a replication connection, which carries everything unmasked and is not looked into; any does not include it either.",
                    "minItems": 1,
                    "maxItems": 16,
                    "x-kubernetes-list-type": "set",
                    "items": {
                      "type": "string",
                      "description": "One action.",
                      "enum": [
                        "select",
                        "insert",
                        "update",
                        "delete",
                        "merge",
                        "truncate",
                        "write",
                        "copy-in",
                        "copy-out",
                        "ddl",
                        "privilege",
                        "config",
                        "execute",
                        "function-call",
                        "replication",
                        "any"
                      ]
                    }
                  },
                  "tables": {
                    "type": "array",
                    "description": "Relations, schema.table as SQL writes them; * stands for any name in its place, pg_temp for the session's temporary schema. *.* leaves out pg_catalog and information_schema. Absent means everything.",
                    "minItems": 1,
                    "maxItems": 128,
                    "items": {
                      "type": "string",
                      "description": "One name or pattern.",
                      "minLength": 3,
                      "maxLength": 140,
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.matches('^([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")[.]([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")$')",
                          "message": "must be schema.name, each a name as SQL writes it or * alone, with \"double quotes\" round names that need them in SQL"
                        }
                      ]
                    }
                  },
                  "functions": {
                    "type": "array",
                    "description": "For the actions execute and function-call: functions and procedures, schema.name, written as in tables. Absent: those that tables names.",
                    "minItems": 1,
                    "maxItems": 128,
                    "items": {
                      "type": "string",
                      "description": "One name or pattern.",
                      "minLength": 3,
                      "maxLength": 140,
                      "x-kubernetes-validations": [
                        {
                          "rule": "self.matches('^([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")[.]([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")$')",
                          "message": "must be schema.name, each a name as SQL writes it or * alone, with \"double quotes\" round names that need them in SQL"
                        }
                      ]
                    }
                  },
                  "commands": {
                    "type": "array",
                    "description": "Only these commands, as PostgreSQL's command tags or their first words, e.g. DROP or ALTER TABLE.",
                    "minItems": 1,
                    "maxItems": 64,
                    "items": {
                      "type": "string",
                      "description": "One command.",
                      "maxLength": 63,
                      "pattern": "^[A-Za-z]+( [A-Za-z]+)*$"
                    }
                  },
                  "unfiltered": {
                    "type": "boolean",
                    "description": "When true, only an UPDATE or DELETE without a WHERE that looks at a row.",
                    "x-kubernetes-validations": [
                      {
                        "rule": "self",
                        "message": "only true says anything; leave it out otherwise"
                      }
                    ]
                  },
                  "schedule": {
                    "type": "object",
                    "description": "When the rule holds, by the clock of a time zone. Exactly one of inside and outside.",
                    "required": [
                      "timezone"
                    ],
                    "properties": {
                      "timezone": {
                        "type": "string",
                        "description": "IANA name, e.g. Europe/Berlin or UTC.",
                        "minLength": 1,
                        "maxLength": 64
                      },
                      "inside": {
                        "type": "string",
                        "description": "The rule holds between these times, HH:MM-HH:MM; 22:00-06:00 goes over midnight.",
                        "maxLength": 11,
                        "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
                      },
                      "outside": {
                        "type": "string",
                        "description": "The rule holds except between these times, HH:MM-HH:MM.",
                        "maxLength": 11,
                        "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
                      },
                      "days": {
                        "type": "array",
                        "description": "Days on which the times begin; on other days an inside never and an outside always holds. Absent means all.",
                        "minItems": 1,
                        "maxItems": 7,
                        "x-kubernetes-list-type": "set",
                        "items": {
                          "type": "string",
                          "description": "One day.",
                          "enum": [
                            "Mon",
                            "Tue",
                            "Wed",
                            "Thu",
                            "Fri",
                            "Sat",
                            "Sun"
                          ]
                        }
                      }
                    },
                    "x-kubernetes-validations": [
                      {
                        "rule": "has(self.inside) != has(self.outside)",
                        "message": "exactly one of inside and outside must be given"
                      }
                    ]
                  },
                  "effect": {
                    "type": "string",
                    "description": "Deny beats RequireApproval beats Allow.",
                    "enum": [
                      "Allow",
                      "Deny",
                      "RequireApproval"
                    ]
                  },
                  "message": {
                    "type": "string",
                    "description": "What the client is told instead of the standard message.",
                    "minLength": 1,
                    "maxLength": 1024
                  },
                  "masks": {
                    "type": "array",
                    "description": "Columns shown in another form to those the rule lets in.",
                    "minItems": 1,
                    "maxItems": 64,
                    "items": {
                      "type": "object",
                      "description": "One mask for the columns that one of the tags or columns names.",
                      "required": [
                        "mask"
                      ],
                      "properties": {
                        "tags": {
                          "type": "array",
                          "description": "Dotted tags; a * at the end matches the rest of a tag.",
                          "minItems": 1,
                          "maxItems": 64,
                          "items": {
                            "type": "string",
                            "description": "One tag or pattern.",
                            "maxLength": 63,
                            "pattern": "^([*]|[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*([.][*])?)$"
                          }
                        },
                        "columns": {
                          "type": "array",
                          "description": "schema.table.column, written as in tables.",
                          "minItems": 1,
                          "maxItems": 128,
                          "items": {
                            "type": "string",
                            "description": "One name or pattern.",
                            "minLength": 5,
                            "maxLength": 200,
                            "pattern": "^([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")[.]([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")[.]([*]|[^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")$"
                          }
                        },
                        "mask": {
                          "type": "object",
                          "description": "What is shown instead; exactly one kind.",
                          "properties": {
                            "null": {
                              "type": "object",
                              "description": "NULL."
                            },
                            "redact": {
                              "type": "object",
                              "description": "A fixed text, or zero for a number."
                            },
                            "hash": {
                              "type": "object",
                              "description": "A keyed hash, the same for the same value everywhere, so that joins work."
                            },
                            "uuid": {
                              "type": "object",
                              "description": "A UUID made from the keyed hash."
                            },
                            "email": {
                              "type": "object",
                              "description": "The first letter and the domain of an e-mail address."
                            },
                            "partial": {
                              "type": "object",
                              "description": "Some characters at the ends, the rest as stars.",
                              "properties": {
                                "first": {
                                  "type": "integer",
                                  "format": "int32",
                                  "minimum": 0,
                                  "maximum": 1024,
                                  "default": 0,
                                  "description": "Characters kept at the beginning."
                                },
                                "last": {
                                  "type": "integer",
                                  "format": "int32",
                                  "minimum": 0,
                                  "maximum": 1024,
                                  "default": 0,
                                  "description": "Characters kept at the end."
                                }
                              }
                            },
                            "year": {
                              "type": "object",
                              "description": "A date's year."
                            },
                            "month": {
                              "type": "object",
                              "description": "A date's year and month."
                            },
                            "bucket": {
                              "type": "object",
                              "description": "The lower end of the bucket a number falls into.",
                              "required": [
                                "size"
                              ],
                              "properties": {
                                "size": {
                                  "type": "integer",
                                  "format": "int64",
                                  "minimum": 1,
                                  "description": "Width of a bucket."
                                }
                              }
                            },
                            "round": {
                              "type": "object",
                              "description": "A number rounded.",
                              "required": [
                                "digits"
                              ],
                              "properties": {
                                "digits": {
                                  "type": "integer",
                                  "format": "int32",
                                  "minimum": -18,
                                  "maximum": 18,
                                  "description": "Digits kept after the point; negative ones round before it."
                                }
                              }
                            },
                            "json": {
                              "type": "object",
                              "description": "A JSON document with some parts taken out.",
                              "required": [
                                "paths"
                              ],
                              "properties": {
                                "paths": {
                                  "type": "array",
                                  "description": "Parts that are masked, keys joined by dots.",
                                  "minItems": 1,
                                  "maxItems": 64,
                                  "items": {
                                    "type": "string",
                                    "description": "One path.",
                                    "minLength": 1,
                                    "maxLength": 253
                                  }
                                }
                              }
                            },
                            "none": {
                              "type": "object",
                              "description": "The value itself; gives way to any other mask."
                            }
                          },
                          "x-kubernetes-validations": [
                            {
                              "rule": "[has(self.__null__), has(self.redact), has(self.hash), has(self.uuid), has(self.email), has(self.partial), has(self.year), has(self.month), has(self.bucket), has(self.round), has(self.json), has(self.none)].filter(x, x).size() == 1",
                              "message": "exactly one mask must be given: null, redact, hash, uuid, email, partial, year, month, bucket, round, json or none"
                            }
                          ]
                        },
                        "predicates": {
                          "type": "string",
                          "description": "What predicates see: masked values; or with allow, where the column is compared by = or IN with constants or parameters, the values as they are. Whoever may compare can find a value by trying.",
                          "enum": [
                            "masked",
                            "allow"
                          ]
                        }
                      },
                      "x-kubernetes-validations": [
                        {
                          "rule": "has(self.tags) || has(self.columns)",
                          "message": "tags or columns must say what is masked"
                        }
                      ]
                    }
                  },
                  "rowFilter": {
                    "type": "string",
                    "description": "A condition in SQL over the relation's columns; only rows for which it holds exist for those the rule lets in. session.region, session.purpose and the like stand for attributes of the session.",
                    "minLength": 1,
                    "maxLength": 4096
                  },
                  "limits": {
                    "type": "object",
                    "description": "What one statement may take at most.",
                    "minProperties": 1,
                    "properties": {
                      "maxRows": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 1,
                        "description": "Rows of a result; more cut it off with an error."
                      },
                      "maxBytes": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 1,
                        "description": "Bytes of a result; more cut it off with an error."
                      },
                      "maxExportRows": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 1,
                        "description": "Rows of a bulk export: of COPY table TO, or of a SELECT that reads a table without a condition; more cut it off with an error."
                      },
                      "maxAffectedRows": {
                        "type": "integer",
                        "format": "int64",
                        "minimum": 0,
                        "description": "Rows that a statement may insert, update and delete together, those of triggers, cascades and functions included; with more it is undone and fails."
                      },
                      "statementTimeout": {
                        "type": "string",
                        "description": "How long a statement may run, e.g. 30s or 5m.",
                        "maxLength": 32,
                        "pattern": "^([0-9]+(ms|s|m|h))+$"
                      }
                    }
                  },
                  "approval": {
                    "type": "object",
                    "description": "How approvals are asked for; with effect RequireApproval.",
                    "properties": {
                      "approvers": {
                        "type": "object",
                        "description": "Who may decide; any of them. Never the one who asks.",
                        "properties": {
                          "groups": {
                            "type": "array",
                            "description": "Groups.",
                            "maxItems": 64,
                            "x-kubernetes-list-type": "set",
                            "items": {
                              "type": "string",
                              "description": "One group.",
                              "minLength": 1,
                              "maxLength": 253
                            }
                          },
                          "users": {
                            "type": "array",
                            "description": "Users.",
                            "maxItems": 64,
                            "x-kubernetes-list-type": "set",
                            "items": {
                              "type": "string",
                              "description": "One user.",
                              "minLength": 1,
                              "maxLength": 253
                            }
                          }
                        }
                      },
                      "expiresAfter": {
                        "type": "string",
                        "description": "How long a request and what it grants stand, e.g. 1h.",
                        "maxLength": 32,
                        "pattern": "^([0-9]+(ms|s|m|h))+$",
                        "default": "1h"
                      },
                      "wait": {
                        "type": "string",
                        "description": "How long the statement waits for the decision before it is refused, e.g. 5m.",
                        "maxLength": 32,
                        "pattern": "^([0-9]+(ms|s|m|h))+$",
                        "default": "5m"
                      },
                      "grant": {
                        "type": "string",
                        "description": "What an approval is good for, one run, the rest of the session, or until it expires.",
                        "enum": [
                          "once",
                          "session",
                          "window"
                        ],
                        "default": "once"
                      }
                    }
                  }
                },
                "x-kubernetes-validations": [
                  {
                    "rule": "self.effect != 'Deny' || !has(self.masks)",
                    "fieldPath": ".masks",
                    "message": "a Deny rule shows nothing, so masks have no use"
                  },
                  {
                    "rule": "self.effect != 'Deny' || !has(self.rowFilter)",
                    "fieldPath": ".rowFilter",
                    "message": "a Deny rule shows nothing, so a rowFilter has no use"
                  },
                  {
                    "rule": "self.effect != 'Deny' || !has(self.limits)",
                    "fieldPath": ".limits",
                    "message": "a Deny rule lets nothing run, so limits have no use"
                  },
                  {
                    "rule": "self.effect == 'RequireApproval' || !has(self.approval)",
                    "fieldPath": ".approval",
                    "message": "approval is for effect RequireApproval"
                  },
                  {
                    "rule": "!has(self.functions) || self.actions.exists(a, a in ['execute', 'function-call', 'any'])",
                    "fieldPath": ".functions",
                    "message": "functions are for the actions execute and function-call"
                  },
                  {
                    "rule": "!has(self.functions) || has(self.tables) || self.actions.all(a, a in ['execute', 'function-call'])",
                    "fieldPath": ".functions",
                    "message": "with actions besides execute and function-call, tables must be given too"
                  },
                  {
                    "rule": "!has(self.unfiltered) || self.actions.exists(a, a in ['update', 'delete', 'write', 'any'])",
                    "fieldPath": ".unfiltered",
                    "message": "only an UPDATE or DELETE is unfiltered; actions must include one of update, delete, write, any"
                  }
                ]
              }
            },
            "residency": {
              "type": "object",
              "description": "Data that must not be read from outside some regions.",
              "required": [
                "tags",
                "allowedRegions"
              ],
              "properties": {
                "tags": {
                  "type": "array",
                  "description": "Tags of the data; a * at the end matches the rest of a tag.",
                  "minItems": 1,
                  "maxItems": 64,
                  "items": {
                    "type": "string",
                    "description": "One tag or pattern.",
                    "maxLength": 63,
                    "pattern": "^([*]|[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*([.][*])?)$"
                  }
                },
                "allowedRegions": {
                  "type": "array",
                  "description": "Verified regions of the workload; a * at the end matches the rest.",
                  "minItems": 1,
                  "maxItems": 64,
                  "items": {
                    "type": "string",
                    "description": "One region or pattern.",
                    "maxLength": 63,
                    "pattern": "^([*]|[A-Za-z0-9][A-Za-z0-9._-]*[*]?)$"
                  }
                },
                "flow": {
                  "type": "string",
                  "description": "What happens when a process that has read such data writes to a database outside these regions.",
                  "enum": [
                    "Allow",
                    "Deny",
                    "RequireApproval"
                  ],
                  "default": "Deny"
                }
              }
            },
            "audit": {
              "type": "object",
              "description": "How the record is kept for the sessions of this policy.",
              "properties": {
                "mode": {
                  "type": "string",
                  "description": "strict forwards a statement only once its event is on disk; relaxed lets the two overlap.",
                  "enum": [
                    "strict",
                    "relaxed"
                  ],
                  "default": "relaxed"
                },
                "whenFull": {
                  "type": "string",
                  "description": "When there is no room for events, Refuse refuses statements, Gap goes on and records the gap.",
                  "enum": [
                    "Refuse",
                    "Gap"
                  ],
                  "default": "Refuse"
                }
              }
            },
            "rego": {
              "type": "string",
              "description": "Rules in Rego v1, without package. deny contains msg and require_approval contains msg refuse or hold, masks contains {\"column\": \"schema.table.column\", \"mask\": {...}} masks. They can add, never allow.",
              "minLength": 1,
              "maxLength": 65536
            }
          }
        },
        "status": {
          "type": "object",
          "description": "What became of the policy. Written by the operator.",
          "properties": {
            "observedGeneration": {
              "type": "integer",
              "format": "int64",
              "description": "The generation of the spec that this status is about."
            },
            "bundleDigest": {
              "type": "string",
              "description": "Digest of the bundle that holds it."
            },
            "enforced": {
              "type": "string",
              "description": "How many of the proxies it concerns have it in force, e.g. 12/12."
            },
            "conditions": {
              "type": "array",
              "description": "Accepted, Compiled, Enforced.",
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": [
                "type"
              ],
              "items": {
                "type": "object",
                "description": "One aspect of the state.",
                "required": [
                  "type",
                  "status",
                  "lastTransitionTime",
                  "reason",
                  "message"
                ],
                "properties": {
                  "type": {
                    "type": "string",
                    "description": "Which aspect.",
                    "maxLength": 316
                  },
                  "status": {
                    "type": "string",
                    "description": "Whether it holds.",
                    "enum": [
                      "True",
                      "False",
                      "Unknown"
                    ]
                  },
                  "observedGeneration": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": 0,
                    "description": "The generation that was looked at."
                  },
                  "lastTransitionTime": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When the status last changed."
                  },
                  "reason": {
                    "type": "string",
                    "description": "Why, one word for programs.",
                    "minLength": 1,
                    "maxLength": 1024,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
                  },
                  "message": {
                    "type": "string",
                    "description": "Why, for people.",
                    "maxLength": 32768
                  }
                }
              }
            }
          }
        }
      }
    }
  },
  "Database": {
    "apiVersion": "postern.dev/v1alpha1",
    "schema": {
      "type": "object",
      "description": "A database that Postern stands in front of: where it is, how to reach it, and which of its columns hold what kind of data. Policies select Databases of their own namespace by label.",
      "required": [
        "spec"
      ],
      "properties": {
        "apiVersion": {
          "type": "string"
        },
        "kind": {
          "type": "string"
        },
        "metadata": {
          "type": "object"
        },
        "spec": {
          "type": "object",
          "description": "What the database is and how it is reached.",
          "required": [
            "engine",
            "endpoints"
          ],
          "properties": {
            "engine": {
              "type": "string",
              "description": "The database system. Cannot be changed.",
              "enum": [
                "postgresql"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self == oldSelf",
                  "message": "engine cannot be changed"
                }
              ]
            },
            "endpoints": {
              "type": "array",
              "description": "Where the server listens; tried in order.",
              "minItems": 1,
              "maxItems": 16,
              "items": {
                "type": "object",
                "description": "One address of the server.",
                "required": [
                  "host"
                ],
                "properties": {
                  "host": {
                    "type": "string",
                    "description": "DNS name or IP address, without a port; or the absolute path of the folder that holds the server's unix socket.",
                    "minLength": 1,
                    "maxLength": 253,
                    "pattern": "^([A-Za-z0-9_.:-]+|/[A-Za-z0-9_./-]*)$"
                  },
                  "port": {
                    "type": "integer",
                    "description": "TCP port.",
                    "format": "int32",
                    "minimum": 1,
                    "maximum": 65535,
                    "default": 5432
                  }
                }
              }
            },
            "targetSessionAttrs": {
              "type": "string",
              "description": "Which of the endpoints will do, as libpq's target_session_attrs. What a server is, is known only after a log-in: a client whose password went to a server that will not do is refused, and its next connection goes to another.",
              "enum": [
                "any",
                "read-write",
                "read-only",
                "primary",
                "standby",
                "prefer-standby"
              ],
              "default": "any"
            },
            "databaseNames": {
              "type": "array",
              "description": "Databases of the server that may be entered. Empty or absent means any.",
              "maxItems": 64,
              "x-kubernetes-list-type": "set",
              "items": {
                "type": "string",
                "description": "Name of one database as the server knows it.",
                "minLength": 1,
                "maxLength": 63
              }
            },
            "environment": {
              "type": "string",
              "description": "What it is used for, e.g. production or staging. Rules in Rego can read it.",
              "minLength": 1,
              "maxLength": 63
            },
            "region": {
              "type": "string",
              "description": "Where the data lies, in the words of the cloud or of the house, e.g. eu-central-1.",
              "minLength": 1,
              "maxLength": 63
            },
            "tls": {
              "type": "object",
              "description": "How the connection to the server is protected. Absent means mode prefer.",
              "properties": {
                "mode": {
                  "type": "string",
                  "description": "As PostgreSQL's sslmode. verify-full checks the certificate and the host name, verify-ca the certificate alone.",
                  "enum": [
                    "disable",
                    "prefer",
                    "require",
                    "verify-ca",
                    "verify-full"
                  ],
                  "default": "verify-full"
                },
                "caSecretRef": {
                  "type": "object",
                  "description": "A Secret of this namespace with the certificates to trust, PEM. Absent means the system's.",
                  "required": [
                    "name"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "description": "Name of the Secret.",
                      "minLength": 1,
                      "maxLength": 253
                    },
                    "key": {
                      "type": "string",
                      "description": "Key in the Secret.",
                      "minLength": 1,
                      "maxLength": 253,
                      "default": "ca.crt"
                    }
                  }
                }
              },
              "x-kubernetes-validations": [
                {
                  "rule": "!has(self.caSecretRef) || !has(self.mode) || self.mode != 'disable'",
                  "message": "caSecretRef has no use with mode disable"
                }
              ]
            },
            "credential": {
              "type": "object",
              "description": "Whose login is used. Exactly one way is given; absent means passthrough.",
              "properties": {
                "passthrough": {
                  "type": "object",
                  "description": "The client logs in with its own user and password; Postern relays them and keeps nothing."
                },
                "secretRef": {
                  "type": "object",
                  "description": "A Secret of this namespace with keys username and password; the client needs none.",
                  "required": [
                    "name"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "description": "Name of the Secret.",
                      "minLength": 1,
                      "maxLength": 253
                    }
                  }
                }
              },
              "x-kubernetes-validations": [
                {
                  "rule": "has(self.passthrough) != has(self.secretRef)",
                  "message": "exactly one of passthrough and secretRef must be given"
                }
              ]
            },
            "discovery": {
              "type": "object",
              "description": "What to do with columns that name, type or content give away as sensitive.",
              "properties": {
                "mode": {
                  "type": "string",
                  "description": "Off does nothing, Suggest lists them in the status, Enforce tags them at once.",
                  "enum": [
                    "Off",
                    "Suggest",
                    "Enforce"
                  ],
                  "default": "Suggest"
                }
              }
            },
            "detectors": {
              "type": "object",
              "description": "What to do with values in results that look like personal data or secrets.",
              "properties": {
                "mode": {
                  "type": "string",
                  "description": "Off does not look, Report records them, Mask masks and records them.",
                  "enum": [
                    "Off",
                    "Report",
                    "Mask"
                  ],
                  "default": "Off"
                }
              }
            },
            "classifications": {
              "type": "array",
              "description": "Which columns hold what; wins over everything that is discovered.",
              "maxItems": 1024,
              "items": {
                "type": "object",
                "description": "Tags of one column.",
                "required": [
                  "column",
                  "tags"
                ],
                "properties": {
                  "column": {
                    "type": "string",
                    "description": "schema.table.column, quoted where SQL would quote it, e.g. public.\"Mixed Case\".\"E-Mail\".",
                    "minLength": 5,
                    "maxLength": 200,
                    "x-kubernetes-validations": [
                      {
                        "rule": "self.matches('^([^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")[.]([^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")[.]([^ \".*,;()0-9][^ \".*,;()]*|\"([^\"]|\"\")+\")$')",
                        "message": "must be schema.table.column, with \"double quotes\" round names that need them in SQL"
                      }
                    ]
                  },
                  "tags": {
                    "type": "array",
                    "description": "Dotted tags, e.g. pii.email.",
                    "minItems": 1,
                    "maxItems": 32,
                    "items": {
                      "type": "string",
                      "description": "One tag.",
                      "maxLength": 63,
                      "pattern": "^[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*$"
                    }
                  }
                }
              }
            }
          }
        },
        "status": {
          "type": "object",
          "description": "What Postern found. Written by the operator.",
          "properties": {
            "observedGeneration": {
              "type": "integer",
              "format": "int64",
              "description": "The generation of the spec that this status is about."
            },
            "catalogueVersion": {
              "type": "string",
              "description": "Version of the schema that was read last."
            },
            "discovered": {
              "type": "array",
              "description": "Columns that look sensitive and have no explicit classification.",
              "items": {
                "type": "object",
                "description": "One suggestion.",
                "required": [
                  "column",
                  "tags"
                ],
                "properties": {
                  "column": {
                    "type": "string",
                    "description": "schema.table.column"
                  },
                  "tags": {
                    "type": "array",
                    "description": "Suggested tags.",
                    "items": {
                      "type": "string",
                      "description": "One tag."
                    }
                  },
                  "source": {
                    "type": "string",
                    "description": "What gave it away: name, type, content or taint."
                  }
                }
              }
            },
            "taints": {
              "type": "array",
              "description": "Columns that inherited tags because protected data flowed into them.",
              "items": {
                "type": "object",
                "description": "One tainted column.",
                "required": [
                  "column",
                  "tags"
                ],
                "properties": {
                  "column": {
                    "type": "string",
                    "description": "schema.table.column"
                  },
                  "tags": {
                    "type": "array",
                    "description": "Inherited tags.",
                    "items": {
                      "type": "string",
                      "description": "One tag."
                    }
                  },
                  "from": {
                    "type": "string",
                    "description": "The column the data came from."
                  }
                }
              }
            },
            "conditions": {
              "type": "array",
              "description": "Reachable, Accepted.",
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": [
                "type"
              ],
              "items": {
                "type": "object",
                "description": "One aspect of the state.",
                "required": [
                  "type",
                  "status",
                  "lastTransitionTime",
                  "reason",
                  "message"
                ],
                "properties": {
                  "type": {
                    "type": "string",
                    "description": "Which aspect.",
                    "maxLength": 316
                  },
                  "status": {
                    "type": "string",
                    "description": "Whether it holds.",
                    "enum": [
                      "True",
                      "False",
                      "Unknown"
                    ]
                  },
                  "observedGeneration": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": 0,
                    "description": "The generation that was looked at."
                  },
                  "lastTransitionTime": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When the status last changed."
                  },
                  "reason": {
                    "type": "string",
                    "description": "Why, one word for programs.",
                    "minLength": 1,
                    "maxLength": 1024,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
                  },
                  "message": {
                    "type": "string",
                    "description": "Why, for people.",
                    "maxLength": 32768
                  }
                }
              }
            }
          }
        }
      }
    }
  }
};
