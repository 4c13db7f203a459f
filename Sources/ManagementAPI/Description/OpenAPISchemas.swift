// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// The schemas of the documents under `/1.0` (JSON Schema 2020-12).
enum OpenAPISchemas {
    /// All schemas by name. The texts are constants, and a test reads them.
    static let all = JSONValue.object(
        JSONObject([phones, appliance, plugins, templates].flatMap { text in ((try? JSONValue(parsing: text))?.object ?? [:]).map { ($0, $1) } }))

    /// Lines, devices, and what they did; and what several others use.
    private static let phones = """
        {
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
          "MAC": {"type": "string", "pattern": "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", "description": "other usual forms are read too"},
          "Number": {"type": "string", "pattern": "^[0-9*#+]{1,32}$"},
          "Name": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\\\u0000-\\\\u001f\\\\u007f]+$"},
          "Username": {"type": "string", "pattern": "^[A-Za-z0-9_.+*#-]{1,64}$"},
          "Password": {"type": "string", "pattern": "^[!-~]{8,128}$"},
          "Code": {"type": "string", "pattern": "^[0-9]{4,12}$"},
          "Server": {
            "type": "object", "required": ["host"], "additionalProperties": false,
            "properties": {"host": {"type": "string", "pattern": "^[A-Za-z0-9.:\\\\[\\\\]-]{1,253}$"}, "port": {"type": ["integer", "null"], "minimum": 1, "maximum": 65535}}
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
              "number": {"$ref": "#/components/schemas/Number"}, "display_name": {"$ref": "#/components/schemas/Name"},
              "username": {"anyOf": [{"$ref": "#/components/schemas/Username"}, {"type": "null"}]},
              "password": {"anyOf": [{"$ref": "#/components/schemas/Password"}, {"type": "null"}]},
              "provisioning_code": {"anyOf": [{"$ref": "#/components/schemas/Code"}, {"type": "null"}]},
              "server": {"anyOf": [{"$ref": "#/components/schemas/Server"}, {"type": "null"}]}
            }
          },
          "LineChange": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "number": {"$ref": "#/components/schemas/Number"}, "display_name": {"$ref": "#/components/schemas/Name"},
              "username": {"$ref": "#/components/schemas/Username"}, "password": {"$ref": "#/components/schemas/Password"},
              "provisioning_code": {"anyOf": [{"$ref": "#/components/schemas/Code"}, {"type": "null"}]}, "server": {"anyOf": [{"$ref": "#/components/schemas/Server"}, {"type": "null"}]}
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
          "PBXFiles": {
            "type": "object", "required": ["files"],
            "properties": {"files": {"type": "array", "items": {"type": "object", "required": ["name", "text", "purpose"], "properties": {
              "name": {"type": "string"}, "text": {"type": "string"}, "purpose": {"type": "string"}}}}}
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
              "size": {"type": "integer"}, "trigger": {"type": "boolean"},
              "sha256": {"type": "string", "description": "of what the device is given, secrets and all"}}
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
            "properties": {"mac": {"$ref": "#/components/schemas/MAC"}, "vendor": {"type": ["string", "null"]},
              "model": {"type": ["string", "null"]}, "version": {"type": ["string", "null"]},
              "ip": {"type": ["string", "null"], "format": "ipv4", "description": "IPv6 too"}}
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
          }
        }
        """
}
