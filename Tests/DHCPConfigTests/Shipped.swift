// SPDX-License-Identifier: GPL-3.0-or-later

@testable import DHCPConfig

/// The top of the repository.
let repository: String = String(#filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined())

/// The definitions that provd ships.
func shippedCatalog() throws -> VendorCatalog {
    try shipped.get()
}

private let shipped = Result { try VendorCatalog.load(directory: repository + "/dhcp") }
