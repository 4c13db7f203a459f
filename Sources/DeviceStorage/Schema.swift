// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB

/// The tables, as a list of steps that only grows: a step that was released is never edited.
///
/// Documents are stored whole; the members by which they are looked up stand beside them as columns. What must
/// always hold is a constraint, so that no code path can break it.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 devices, configs, lines, timeline") { database in
            try database.execute(
                sql: """
                    CREATE TABLE devices (
                        rank INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        mac TEXT, ip TEXT, sn TEXT, uuid TEXT, config TEXT, plugin TEXT,
                        document TEXT NOT NULL CHECK (json_valid(document))
                    ) STRICT;
                    CREATE INDEX devices_mac ON devices(mac);
                    CREATE INDEX devices_ip ON devices(ip);
                    CREATE INDEX devices_sn ON devices(sn);
                    CREATE INDEX devices_uuid ON devices(uuid);
                    CREATE INDEX devices_config ON devices(config);
                    CREATE INDEX devices_plugin ON devices(plugin);

                    CREATE TABLE configs (
                        rank INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        document TEXT NOT NULL CHECK (json_valid(document))
                    ) STRICT;

                    CREATE TABLE lines (
                        rank INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        tenant TEXT NOT NULL,
                        number TEXT NOT NULL,
                        display_name TEXT NOT NULL,
                        username TEXT NOT NULL UNIQUE,
                        password TEXT NOT NULL,
                        code TEXT UNIQUE,
                        server_host TEXT, server_port INTEGER,
                        device TEXT REFERENCES devices(id) ON DELETE SET NULL,
                        UNIQUE (tenant, number)
                    ) STRICT;
                    CREATE INDEX lines_device ON lines(device);

                    CREATE TABLE autoprov_accounts (
                        device TEXT PRIMARY KEY REFERENCES devices(id) ON DELETE CASCADE,
                        username TEXT NOT NULL UNIQUE,
                        password TEXT NOT NULL
                    ) STRICT;

                    CREATE TABLE associations (
                        device TEXT PRIMARY KEY REFERENCES devices(id) ON DELETE CASCADE,
                        plugin TEXT NOT NULL, level INTEGER NOT NULL, reason TEXT NOT NULL
                    ) STRICT;

                    CREATE TABLE bindings (
                        mac TEXT PRIMARY KEY,
                        ip TEXT NOT NULL, source TEXT NOT NULL, time REAL NOT NULL
                    ) STRICT;

                    CREATE TABLE timeline (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        device TEXT NOT NULL REFERENCES devices(id) ON DELETE CASCADE,
                        mac TEXT, time REAL NOT NULL, step TEXT NOT NULL, outcome TEXT NOT NULL,
                        text TEXT NOT NULL, details TEXT NOT NULL, repeats INTEGER NOT NULL, last_time REAL NOT NULL
                    ) STRICT;
                    CREATE INDEX timeline_device ON timeline(device, id);

                    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
                    """)
        }
        migrator.registerMigration("2 tenants, tokens, audit") { database in
            try database.execute(
                sql: """
                    CREATE TABLE tenants (
                        rank INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        parent TEXT REFERENCES tenants(id),
                        name TEXT NOT NULL,
                        file_access TEXT, enrolment_ends REAL
                    ) STRICT;
                    INSERT INTO tenants (id, name) SELECT value, 'main' FROM settings WHERE name = 'tenant';

                    CREATE TABLE tokens (
                        rank INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
                        tenant TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
                        name TEXT NOT NULL,
                        permissions TEXT NOT NULL CHECK (json_valid(permissions)),
                        created REAL NOT NULL, expires REAL
                    ) STRICT;

                    CREATE TABLE audit (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        time REAL NOT NULL, actor TEXT NOT NULL, tenant TEXT NOT NULL, address TEXT NOT NULL,
                        action TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX audit_subject ON audit(subject, id);

                    ALTER TABLE devices ADD COLUMN tenant TEXT
                        GENERATED ALWAYS AS (CAST(json_extract(document, '$.tenant_uuid') AS TEXT)) VIRTUAL;
                    ALTER TABLE devices ADD COLUMN vendor TEXT
                        GENERATED ALWAYS AS (CAST(json_extract(document, '$.vendor') AS TEXT)) VIRTUAL;
                    ALTER TABLE devices ADD COLUMN model TEXT
                        GENERATED ALWAYS AS (CAST(json_extract(document, '$.model') AS TEXT)) VIRTUAL;
                    ALTER TABLE devices ADD COLUMN version TEXT
                        GENERATED ALWAYS AS (CAST(json_extract(document, '$.version') AS TEXT)) VIRTUAL;
                    CREATE INDEX devices_tenant ON devices(tenant);
                    CREATE INDEX devices_vendor ON devices(vendor);
                    CREATE INDEX devices_model ON devices(model);
                    CREATE INDEX devices_version ON devices(version);
                    """)
        }
        migrator.registerMigration("3 issue and use of provisioning codes") { database in
            try database.execute(
                sql: """
                    ALTER TABLE lines ADD COLUMN code_issued REAL;
                    ALTER TABLE lines ADD COLUMN code_used REAL;
                    """)
        }
        migrator.registerMigration("4 indexes within tenants") { database in
            // Lists are asked for within tenants: with an index of each alone SQLite takes the one on tenants, and reads them whole.
            try database.execute(
                sql: """
                    DROP INDEX devices_plugin; CREATE INDEX devices_plugin ON devices(plugin, tenant);
                    DROP INDEX devices_vendor; CREATE INDEX devices_vendor ON devices(vendor, tenant);
                    DROP INDEX devices_model; CREATE INDEX devices_model ON devices(model, tenant);
                    DROP INDEX devices_version; CREATE INDEX devices_version ON devices(version, tenant);
                    CREATE INDEX lines_tenant ON lines(tenant);
                    """)
        }
        migrator.registerMigration("5 steps of each device") { database in
            // What was the last step of a kind is asked of every phone in a list, and a phone that probes for files makes a thousand of another.
            try database.execute(sql: "CREATE INDEX timeline_step ON timeline(device, step, id);")
        }
        return migrator
    }
}
