// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NIOPosix
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// What phones have sent: their logs.
    var uploads: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/devices/{name}/uploads", "provd.devices.{name}.uploads.read") { request in
                let device = try await Self.device(request, useCases)
                guard let shelf = useCases.uploads else { return .ok(["uploads": .array([])]) }
                let entries = try await NIOThreadPool.singleton.runIfActive { shelf.entries(of: device.id) }
                return .ok(["uploads": .array(entries.map(Self.document))])
            }.described(APIOperation("The logs that a device has sent, the newest first.", answer: "Uploads")),
            APIRoute(.get, "/1.0/devices/{name}/uploads/{file}", "provd.devices.{name}.uploads.{file}.read") { request in
                let device = try await Self.device(request, useCases)
                let file = request.parameter("file")
                let shelf = useCases.uploads
                let bytes = try await NIOThreadPool.singleton.runIfActive { shelf?.bytes(ofFile: file, of: device.id) }
                guard let bytes else {
                    throw APIError(.notFound, "the device has sent no such file: GET /1.0/devices/\(device.id)/uploads lists what it has sent")
                }
                return .ok(["name": .string(file), "bytes": .int(bytes.count), "text": .string(String(decoding: bytes, as: UTF8.self))])
            }.described(APIOperation("One log that a device has sent.", answer: "Upload")),
        ]
    }

    private static func document(_ entry: UploadShelf.Entry) -> JSONValue {
        ["name": .string(entry.name), "bytes": .int(entry.byteCount), "time": .double(entry.time)]
    }
}
