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
        return migrator
    }
}
