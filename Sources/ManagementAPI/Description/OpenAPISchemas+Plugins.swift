// SPDX-License-Identifier: GPL-3.0-or-later

extension OpenAPISchemas {
    /// Operations, plugins, packages, firmware, repositories, and what phones send.
    static let plugins = """
        {
          "OperationPart": {
            "type": "object", "required": ["label", "state", "current", "end", "parts"],
            "properties": {
              "label": {"type": ["string", "null"]}, "state": {"$ref": "#/components/schemas/OperationState"},
              "current": {"type": ["integer", "null"]}, "end": {"type": ["integer", "null"]},
              "parts": {"type": "array", "items": {"$ref": "#/components/schemas/OperationPart"}}
            }
          },
          "OperationState": {"type": "string", "enum": ["waiting", "progress", "success", "fail", "cancelled"]},
          "Operation": {
            "type": "object", "required": ["id", "kind", "subject", "state", "reason", "progress"],
            "properties": {
              "id": {"type": "integer"}, "kind": {"type": "string"}, "subject": {"type": "string"},
              "state": {"$ref": "#/components/schemas/OperationState"},
              "reason": {"type": ["string", "null"], "description": "why it failed"},
              "progress": {
                "type": "object", "required": ["current", "end", "parts"],
                "properties": {"current": {"type": "integer"}, "end": {"type": ["integer", "null"]},
                  "parts": {"type": "array", "items": {"$ref": "#/components/schemas/OperationPart"}}}
              }
            }
          },
          "Operations": {
            "type": "object", "required": ["operations"],
            "properties": {"operations": {"type": "array", "items": {"$ref": "#/components/schemas/Operation"}}}
          },
          "Plugin": {
            "type": "object", "required": ["id", "version", "vendor", "description", "origin", "newest"],
            "properties": {
              "id": {"type": "string"}, "version": {"type": "string"}, "vendor": {"type": "string"}, "description": {"type": "string"},
              "origin": {"type": "string", "enum": ["bundled", "installed"]},
              "newest": {"type": ["string", "null"], "description": "the version that repositories offer"},
              "devices": {"type": "integer"}, "capabilities": {"type": "object"}, "problems": {"type": "array", "items": {"type": "string"}}
            }
          },
          "Plugins": {
            "type": "object", "required": ["plugins"],
            "properties": {"plugins": {"type": "array", "items": {"$ref": "#/components/schemas/Plugin"}}}
          },
          "PluginWish": {
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": {"id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}, "version": {"type": ["string", "null"]}, "repository": {"type": ["string", "null"]}}
          },
          "VersionWish": {
            "type": "object", "additionalProperties": false,
            "properties": {"version": {"type": ["string", "null"]}, "repository": {"type": ["string", "null"]}}
          },
          "Package": {
            "type": "object", "required": ["id", "version", "channel", "vendor", "description", "size", "repository"],
            "properties": {
              "id": {"type": "string"}, "version": {"type": "string"}, "channel": {"type": "string", "enum": ["stable", "testing"]},
              "vendor": {"type": "string"}, "description": {"type": "string"}, "size": {"type": "integer"}, "repository": {"type": "string"}
            }
          },
          "Packages": {
            "type": "object", "required": ["packages"],
            "properties": {"packages": {"type": "array", "items": {"$ref": "#/components/schemas/Package"}}}
          },
          "Firmware": {
            "type": "object", "required": ["id", "version", "installed", "description", "models", "size", "files"],
            "properties": {
              "id": {"type": "string"}, "version": {"type": ["string", "null"], "description": "null if the plugin knows it no longer"},
              "installed": {"type": ["string", "null"]}, "description": {"type": "string"},
              "models": {"type": "array", "items": {"type": "string"}}, "size": {"type": "integer"},
              "files": {"type": "array", "items": {"type": "object", "required": ["path", "size", "sha256"],
                "properties": {"path": {"type": "string"}, "size": {"type": "integer"}, "sha256": {"type": "string"}}}}
            }
          },
          "FirmwareList": {
            "type": "object", "required": ["firmware"],
            "properties": {"firmware": {"type": "array", "items": {"$ref": "#/components/schemas/Firmware"}}}
          },
          "FirmwareWish": {
            "type": "object", "additionalProperties": false,
            "properties": {"bundle": {"type": ["string", "null"], "description": "a directory where the files are looked for before they are downloaded"}}
          },
          "Repository": {
            "type": "object", "required": ["name", "url", "keys", "channel", "allow_unsigned", "serial", "expires", "packages"],
            "properties": {
              "name": {"type": "string"}, "url": {"type": "string"}, "keys": {"type": "array", "items": {"type": "string"}},
              "channel": {"type": "string", "enum": ["stable", "testing"]}, "allow_unsigned": {"type": "boolean"},
              "serial": {"type": ["integer", "null"], "description": "of the index that is known; null before the first update"},
              "expires": {"type": ["string", "null"]}, "packages": {"type": "integer"}
            }
          },
          "Repositories": {
            "type": "object", "required": ["repositories"],
            "properties": {"repositories": {"type": "array", "items": {"$ref": "#/components/schemas/Repository"}}}
          },
          "RepositoryDraft": {
            "type": "object", "required": ["name", "url"], "additionalProperties": false,
            "properties": {
              "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
              "url": {"type": "string", "minLength": 1, "maxLength": 2048, "description": "https://…, http://… or the absolute path of a directory"},
              "keys": {"type": "array", "items": {"type": "string"}}, "channel": {"type": ["string", "null"], "enum": ["stable", "testing", null]},
              "allow_unsigned": {"type": ["boolean", "null"]}
            },
            "examples": [{"name": "stick", "url": "/media/usb/plugins", "allow_unsigned": true}]
          },
          "Uploads": {
            "type": "object", "required": ["uploads"],
            "properties": {"uploads": {"type": "array", "items": {"type": "object", "required": ["name", "bytes", "time"],
              "properties": {"name": {"type": "string"}, "bytes": {"type": "integer"}, "time": {"$ref": "#/components/schemas/Time"}}}}}
          },
          "Upload": {
            "type": "object", "required": ["name", "bytes", "text"],
            "properties": {"name": {"type": "string"}, "bytes": {"type": "integer"}, "text": {"type": "string"}}
          }
        }
        """
}
