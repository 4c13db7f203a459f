// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// The schemas of the documents under `/1.0` (JSON Schema 2020-12).
enum OpenAPISchemas {
    /// All schemas by name. The texts are constants, and a test reads them.
    static let all = JSONValue.object(
        JSONObject([text, templates].flatMap { text in ((try? JSONValue(parsing: text))?.object ?? [:]).map { ($0, $1) } }))

    static let text = """
        {
          "Anything": {},
          "Problem": {
            "type": "object", "required": ["type", "title", "status", "detail"],
            "properties": {
              "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
              "field": {"type": "string"}, "file": {"type": "string"}, "line": {"type": "integer"}, "column": {"type": "integer"},
              "problems": {"type": "array", "items": {"type": "object", "required": ["row", "field", "text"], "properties": {
                "row": {"type": "integer"}, "field": {"type": "string"}, "text": {"type": "string"}}}}
            }
          },
          "Cursor": {"type": ["string", "null"], "description": "give it as cursor to get the next part; null on the last"},
          "Time": {"type": "number", "description": "seconds since 1970"},
          "Server": {
            "type": "object", "required": ["host"], "additionalProperties": false,
            "properties": {"host": {"type": "string", "minLength": 1, "maxLength": 253}, "port": {"type": ["integer", "null"], "minimum": 1, "maximum": 65535}}
          },
          "Line": {
            "type": "object", "required": ["id", "tenant_uuid", "number", "display_name", "username", "provisioning_code", "device", "server"],
            "properties": {
              "id": {"type": "string"}, "tenant_uuid": {"type": "string"}, "number": {"type": "string"}, "display_name": {"type": "string"},
              "username": {"type": "string"}, "provisioning_code": {"type": ["string", "null"]}, "device": {"type": ["string", "null"]},
              "code_issued": {"type": ["number", "null"], "description": "when the line was given its code, in seconds since 1970"},
              "code_used": {"type": ["number", "null"], "description": "when a phone became the line's by it, in seconds since 1970"},
              "server": {"anyOf": [{"$ref": "#/components/schemas/Server"}, {"type": "null"}]}
            }
          },
          "Lines": {
            "type": "object", "required": ["lines", "next"],
            "properties": {"lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}, "next": {"$ref": "#/components/schemas/Cursor"}}
          },
          "LineDraft": {
            "type": "object", "required": ["number", "display_name"], "additionalProperties": false,
            "properties": {
              "number": {"type": "string", "pattern": "^[0-9*#+]{1,32}$"}, "display_name": {"type": "string", "minLength": 1, "maxLength": 128},
              "username": {"type": ["string", "null"]}, "password": {"type": ["string", "null"]},
              "provisioning_code": {"type": ["string", "null"], "pattern": "^[0-9]{4,12}$"},
              "server": {"anyOf": [{"$ref": "#/components/schemas/Server"}, {"type": "null"}]}
            }
          },
          "LineChange": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "number": {"type": "string"}, "display_name": {"type": "string"}, "username": {"type": "string"}, "password": {"type": "string"},
              "provisioning_code": {"type": ["string", "null"]}, "server": {"anyOf": [{"$ref": "#/components/schemas/Server"}, {"type": "null"}]}
            }
          },
          "LineImport": {
            "type": "object", "required": ["dry_run", "lines"],
            "properties": {"dry_run": {"type": "boolean"}, "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}}
          },
          "CodeLocks": {
            "type": "object", "required": ["locks"],
            "properties": {"locks": {"type": "array", "items": {
              "type": "object", "required": ["id", "kind", "device", "address", "ends", "times"],
              "properties": {
                "id": {"type": "string"}, "kind": {"enum": ["device", "source", "all"]}, "device": {"type": ["string", "null"]},
                "address": {"type": ["string", "null"]}, "ends": {"$ref": "#/components/schemas/Time"},
                "times": {"type": "integer", "description": "how often in a row; 0 for the short wait after a wrong code"}
              }}}}
          },
          "Assignment": {
            "type": "object", "required": ["device"], "additionalProperties": false, "properties": {"device": {"type": "string"}}
          },
          "Empty": {"type": "object", "additionalProperties": false},
          "Device": {
            "type": "object", "required": ["id", "lines"],
            "properties": {
              "id": {"type": "string"}, "mac": {"type": ["string", "null"]}, "configured": {"type": "boolean"}, "is_new": {"type": "boolean"},
              "lines": {"type": "array", "items": {"type": "object", "required": ["id", "number", "display_name"], "properties": {
                "id": {"type": "string"}, "number": {"type": "string"}, "display_name": {"type": "string"}}}},
              "state": {"type": "object", "required": ["next_step", "is_arrived"], "properties": {
                "next_step": {"type": "string"}, "is_arrived": {"type": "boolean"}}}
            }
          },
          "Devices": {
            "type": "object", "required": ["devices", "next"],
            "properties": {"devices": {"type": "array", "items": {"$ref": "#/components/schemas/Device"}}, "next": {"$ref": "#/components/schemas/Cursor"}}
          },
          "Phone": {
            "type": "object", "required": ["id", "mac", "ip", "vendor", "model", "version", "plugin", "lines", "stage", "next", "next_step", "last_time"],
            "properties": {
              "id": {"type": "string"}, "mac": {"type": ["string", "null"]},
              "lines": {"type": "array", "items": {"type": "object", "required": ["id", "number", "display_name"], "properties": {
                "id": {"type": "string"}, "number": {"type": "string"}, "display_name": {"type": "string"}}}},
              "stage": {"type": "string", "enum": ["seen", "recognised", "configured", "fetched", "registered", "owned"]},
              "next": {"type": "string",
                "enum": ["plugin", "file", "address", "request", "registration", "code", "owner-request", "owner-registration", "nothing"]},
              "next_step": {"type": "string"}, "last_time": {"anyOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]}
            }
          },
          "Phones": {
            "type": "object", "required": ["phones", "next"],
            "properties": {"phones": {"type": "array", "items": {"$ref": "#/components/schemas/Phone"}}, "next": {"$ref": "#/components/schemas/Cursor"}}
          },
          "Rates": {
            "type": "object", "required": ["start", "interval", "count", "rates"],
            "properties": {"start": {"$ref": "#/components/schemas/Time"}, "interval": {"type": "number"}, "count": {"type": "integer"},
              "rates": {"type": "array", "items": {"type": "object", "required": ["time", "step", "outcome", "count"], "properties": {
                "time": {"$ref": "#/components/schemas/Time"}, "step": {"type": "string"}, "outcome": {"type": "string"}, "count": {"type": "integer"}}}}}
          },
          "Status": {
            "type": "object", "required": ["version", "time", "address", "http_port", "timeline", "database"],
            "properties": {"address": {"type": "string"}, "http_port": {"type": "integer"}, "timeline": {"type": "object", "required": ["last"], "properties": {"last": {"type": "integer"}}}, "version": {"type": "string"}, "time": {"$ref": "#/components/schemas/Time"},
              "database": {"type": "object", "required": ["bytes"], "properties": {"bytes": {"type": "integer"}}}}
          },
          "DeviceDraft": {"type": "object", "properties": {
            "mac": {"type": ["string", "null"], "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"}, "description": {"type": ["string", "null"]},
            "options": {"type": ["object", "null"]}}},
          "DeviceChange": {"type": "object"},
          "EffectiveConfig": {
            "type": "object", "required": ["raw_config", "provenance"],
            "properties": {"raw_config": {"type": "object"}, "provenance": {"type": "object", "additionalProperties": {"type": "string"}}}
          },
          "Files": {
            "type": "object", "required": ["files"],
            "properties": {"files": {"type": "array", "items": {"type": "object",
              "required": ["path", "protocols", "template", "sensitive", "trigger"],
              "properties": {"path": {"type": "string"}, "protocols": {"type": "array", "items": {"type": "string"}}, "template": {"type": "boolean"},
                "sensitive": {"type": "boolean"}, "trigger": {"type": "boolean"}}}}}
          },
          "File": {
            "type": "object", "required": ["path", "media_type"],
            "properties": {"path": {"type": "string"}, "media_type": {"type": "string"}, "text": {"type": "string"}, "base64": {"type": "string"},
              "size": {"type": "integer"}}
          },
          "Evidence": {
            "type": "object", "required": ["binding", "association", "sightings", "events"],
            "properties": {
              "binding": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["ip", "source", "time"], "properties": {
                "ip": {"type": "string"}, "source": {"type": "string"}, "time": {"$ref": "#/components/schemas/Time"}}}]},
              "association": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["plugin", "level", "reason"], "properties": {
                "plugin": {"type": "string"}, "level": {"type": "integer"}, "reason": {"type": "string"}}}]},
              "sightings": {"type": "array", "items": {"$ref": "#/components/schemas/Sighting"}},
              "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}
            }
          },
          "Sighting": {
            "type": "object", "required": ["source", "trust", "device", "first", "last", "count", "basis"],
            "properties": {
              "source": {"type": "string"}, "trust": {"type": "string"}, "device": {"type": ["string", "null"]},
              "first": {"$ref": "#/components/schemas/Time"}, "last": {"$ref": "#/components/schemas/Time"}, "count": {"type": "integer"},
              "mac": {"type": "string"}, "ip": {"type": "string"}, "vendor": {"type": "string"}, "model": {"type": "string"},
              "version": {"type": "string"}, "basis": {"type": "array", "items": {"type": "string"}}
            }
          },
          "Sightings": {
            "type": "object", "required": ["sightings"],
            "properties": {"sightings": {"type": "array", "items": {"$ref": "#/components/schemas/Sighting"}}}
          },
          "SightingDraft": {
            "type": "object", "required": ["mac"], "additionalProperties": false,
            "properties": {"mac": {"type": "string", "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"}, "vendor": {"type": "string"},
              "model": {"type": "string"}, "version": {"type": "string"}, "ip": {"type": "string"}}
          },
          "Event": {
            "type": "object", "required": ["id", "device", "mac", "time", "step", "outcome", "text", "details", "repeats"],
            "properties": {
              "id": {"type": "integer"}, "device": {"type": "string"}, "mac": {"type": ["string", "null"]}, "time": {"$ref": "#/components/schemas/Time"},
              "step": {"type": "string"}, "outcome": {"type": "string", "enum": ["done", "refused", "failed"]}, "text": {"type": "string"},
              "details": {"type": "object"}, "repeats": {"type": "integer"}
            }
          },
          "Timeline": {
            "type": "object", "required": ["events"],
            "properties": {"events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}, "next_step": {"type": "string"}}
          },
          "Operation": {
            "type": "object", "required": ["id", "state", "reason"],
            "properties": {"id": {"type": "integer"}, "state": {"type": "string", "enum": ["waiting", "progress", "success", "fail", "cancelled"]},
              "reason": {"type": ["string", "null"]}}
          },
          "Tenant": {
            "type": "object", "required": ["uuid", "parent_uuid", "name", "file_access", "enrolment_ends"],
            "properties": {"uuid": {"type": "string"}, "parent_uuid": {"type": ["string", "null"]}, "name": {"type": "string"},
              "file_access": {"type": ["string", "null"]}, "enrolment_ends": {"type": ["number", "null"]}}
          },
          "Tenants": {
            "type": "object", "required": ["tenants"],
            "properties": {"tenants": {"type": "array", "items": {"$ref": "#/components/schemas/Tenant"}}}
          },
          "TenantDraft": {
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 128}, "parent_uuid": {"type": ["string", "null"]},
              "file_access": {"type": ["string", "null"], "enum": ["open", "bound", null]}, "enrolment_ends": {"type": ["number", "null"]}}
          },
          "TenantChange": {
            "type": "object", "additionalProperties": false,
            "properties": {"name": {"type": "string"}, "file_access": {"type": ["string", "null"]}, "enrolment_ends": {"type": ["number", "null"]}}
          },
          "Token": {
            "type": "object", "required": ["id", "name", "tenant_uuid", "permissions", "created", "expires"],
            "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "tenant_uuid": {"type": "string"},
              "permissions": {"type": "array", "items": {"type": "string"}}, "created": {"$ref": "#/components/schemas/Time"},
              "expires": {"type": ["number", "null"]}, "token": {"type": "string", "description": "shown once, when it is made"}}
          },
          "Tokens": {
            "type": "object", "required": ["tokens"],
            "properties": {"tokens": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}}}
          },
          "TokenDraft": {
            "type": "object", "required": ["name", "permissions"], "additionalProperties": false,
            "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 128}, "tenant_uuid": {"type": ["string", "null"]},
              "permissions": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string", "minLength": 1, "maxLength": 256}},
              "expires": {"type": ["number", "null"]}}
          },
          "AuditEntry": {
            "type": "object", "required": ["id", "time", "actor", "tenant_uuid", "address", "action", "kind", "subject", "before", "after"],
            "properties": {"id": {"type": "integer"}, "time": {"$ref": "#/components/schemas/Time"}, "actor": {"type": "string"},
              "tenant_uuid": {"type": "string"}, "address": {"type": "string"}, "action": {"type": "string"}, "kind": {"type": "string"},
              "subject": {"type": "string"}, "before": {}, "after": {}}
          },
          "Audit": {
            "type": "object", "required": ["entries", "next"],
            "properties": {"entries": {"type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"}}, "next": {"$ref": "#/components/schemas/Cursor"}}
          },
          "Config": {
            "type": "object", "required": ["id"],
            "properties": {"id": {"type": "string"}}
          },
          "Configs": {
            "type": "object", "required": ["configs"],
            "properties": {"configs": {"type": "array", "items": {"$ref": "#/components/schemas/Config"}}}
          },
          "ConfigDraft": {
            "type": "object", "required": ["parent_ids", "raw_config"],
            "properties": {"parent_ids": {"type": "array", "items": {"type": "string"}}, "raw_config": {"type": "object"}}
          },
          "DHCPSite": {
            "type": "object", "required": ["text"], "properties": {"text": {"type": "string"}, "findings": {"type": "array", "items": {"type": "string"}}}
          },
          "DHCPSiteDraft": {
            "type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}}
          },
          "DHCPExplanation": {
            "type": "object", "required": ["text", "explanation"], "properties": {"text": {"type": "string"}, "explanation": {}}
          },
          "DHCPAdvice": {
            "type": "object", "required": ["family", "values", "lines"],
            "properties": {"family": {"type": ["string", "null"]}, "values": {"type": "array", "items": {"type": "string"}}, "lines": {"type": "object"}}
          },
          "DHCPFamilies": {
            "type": "object", "required": ["families", "servers"],
            "properties": {
              "families": {"type": "array", "items": {"type": "object", "required": ["id", "vendor", "title", "values"], "properties": {
                "id": {"type": "string"}, "vendor": {"type": "string"}, "title": {"type": "string"},
                "values": {"type": "array", "items": {"type": "string"}}}}},
              "servers": {"type": "array", "items": {"type": "string"}}
            }
          },
          "Backup": {
            "type": "object", "required": ["name", "size", "time"],
            "properties": {"name": {"type": "string"}, "size": {"type": "integer"}, "time": {"$ref": "#/components/schemas/Time"}}
          },
          "Backups": {
            "type": "object", "required": ["backups"],
            "properties": {"backups": {"type": "array", "items": {"$ref": "#/components/schemas/Backup"}}}
          },
          "Restoration": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
        }
        """
}
