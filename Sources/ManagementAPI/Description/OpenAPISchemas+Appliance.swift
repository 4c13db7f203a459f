// SPDX-License-Identifier: GPL-3.0-or-later

extension OpenAPISchemas {
    /// Tenants, tokens, the audit log, configs, DHCP and backups.
    static let appliance = """
        {
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
            "properties": {"name": {"$ref": "#/components/schemas/Name"}, "parent_uuid": {"type": ["string", "null"]},
              "file_access": {"type": ["string", "null"], "enum": ["open", "bound", "key", null]},
              "enrolment_ends": {"type": ["number", "null"], "minimum": 0, "maximum": 1e11}}
          },
          "TenantChange": {
            "type": "object", "additionalProperties": false,
            "properties": {"name": {"$ref": "#/components/schemas/Name"}, "file_access": {"type": ["string", "null"], "enum": ["open", "bound", "key", null]},
              "enrolment_ends": {"type": ["number", "null"], "minimum": 0, "maximum": 1e11}}
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
            "properties": {"name": {"$ref": "#/components/schemas/Name"}, "tenant_uuid": {"type": ["string", "null"]},
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
            "type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string", "maxLength": 1048576}},
            "examples": [{"text": "site: Example\\nprovd:\\n  address: 192.0.2.1\\nsubnets:\\n  - name: phones\\n    network: 192.0.2.0/24\\n    router: 192.0.2.1\\n    ranges: [192.0.2.100-192.0.2.199]\\n"}]
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
          "Doctor": {
            "type": "object", "required": ["outcome", "checks"],
            "properties": {"outcome": {"$ref": "#/components/schemas/Outcome"}, "checks": {"type": "array", "items": {"$ref": "#/components/schemas/Check"}}}
          },
          "Check": {
            "type": "object", "required": ["id", "title", "outcome", "text"],
            "properties": {
              "id": {"type": "string"}, "title": {"type": "string"}, "outcome": {"$ref": "#/components/schemas/Outcome"}, "text": {"type": "string"},
              "remedy": {"type": "string", "description": "What to do about it; it is missing where all is well."}
            }
          },
          "Outcome": {"type": "string", "enum": ["ok", "skipped", "warning", "failed"]},
          "Restoration": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
        }
        """
}
