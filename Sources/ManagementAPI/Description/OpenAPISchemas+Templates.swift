// SPDX-License-Identifier: GPL-3.0-or-later

extension OpenAPISchemas {
    /// An administrator's own templates, and what is set while provd runs.
    static let templates = """
        {
          "OwnTemplate": {
            "type": "object", "required": ["plugin", "name", "model", "device", "problem"],
            "properties": {
              "plugin": {"type": "string"}, "name": {"type": "string"}, "model": {"type": ["string", "null"]}, "device": {"type": ["string", "null"]},
              "problem": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["line", "column", "reason", "remedy"], "properties": {
                "line": {"type": "integer"}, "column": {"type": "integer"}, "reason": {"type": "string"}, "remedy": {"type": "string"}}}]},
              "note": {"type": ["string", "null"], "description": "what to know about it although it is right"}}
          },
          "OwnTemplates": {
            "type": "object", "required": ["templates"],
            "properties": {"templates": {"type": "array", "items": {"$ref": "#/components/schemas/OwnTemplate"}}}
          },
          "PluginTemplates": {
            "type": "object", "required": ["plugin", "templates"],
            "properties": {
              "plugin": {"type": "array", "items": {"type": "string"}, "description": "the names of the plugin's own templates"},
              "templates": {"type": "array", "items": {"$ref": "#/components/schemas/OwnTemplate"}}}
          },
          "Parameters": {
            "type": "object", "required": ["parameters"],
            "properties": {"parameters": {"type": "array", "items": {
              "type": "object", "required": ["name", "value", "description"],
              "properties": {"name": {"type": "string"}, "value": {"type": ["string", "integer", "null"]}, "description": {"type": "string"}}}}}
          },
          "ParameterValue": {
            "type": "object", "required": ["value"], "additionalProperties": false, "properties": {"value": {"type": ["string", "integer", "null"]}}
          }
        }
        """
}
