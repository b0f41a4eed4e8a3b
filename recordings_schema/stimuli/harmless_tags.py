"""The DICOM elements that say nothing about a person; every element that is not named here is identifying.

An allow-list on purpose: a tag that nobody thought of counts as identifying. The names are the keywords of
the DICOM data dictionary (PS3.6). Values of these are technical numbers, or terms from closed lists.
"""

from __future__ import annotations

from typing import Final

_PICTURE: Final = """
    Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation SamplesPerPixel PlanarConfiguration
    PhotometricInterpretation NumberOfFrames PixelAspectRatio PixelSpacing ImagerPixelSpacing
    NominalScannedPixelSpacing PixelSpacingCalibrationType SmallestImagePixelValue LargestImagePixelValue
    SmallestPixelValueInSeries LargestPixelValueInSeries PixelPaddingValue PixelPaddingRangeLimit
    PixelIntensityRelationship PixelIntensityRelationshipSign WindowCenter WindowWidth VOILUTFunction
    WindowCenterWidthExplanation RescaleIntercept RescaleSlope RescaleType PresentationLUTShape
    LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod BurnedInAnnotation
    RecognizableVisualFeatures QualityControlImage RedPaletteColorLookupTableDescriptor
    GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor
    RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
    LUTDescriptor LUTData LUTExplanation ModalityLUTType VOILUTSequence ModalityLUTSequence
    PixelData FloatPixelData DoubleFloatPixelData ExtendedOffsetTable ExtendedOffsetTableLengths
    OverlayRows OverlayColumns OverlayType OverlayOrigin OverlayBitsAllocated OverlayBitPosition OverlayData
    DataSetTrailingPadding
"""
_ACQUISITION: Final = """
    KVP Exposure ExposureInuAs ExposureTime ExposureTimeInuS XRayTubeCurrent XRayTubeCurrentInuA
    DistanceSourceToDetector DistanceSourceToPatient EstimatedRadiographicMagnificationFactor
    FilterType FilterMaterial FilterThicknessMinimum FilterThicknessMaximum Grid GridPeriod GridPitch
    AnodeTargetMaterial FocalSpots ExposureIndex TargetExposureIndex DeviationIndex Sensitivity
    RelativeXRayExposure ImageAndFluoroscopyAreaDoseProduct EntranceDose EntranceDoseInmGy
    DetectorType DetectorConfiguration DetectorBinning DetectorElementSpacing DetectorElementPhysicalSize
    DetectorActiveShape DetectorActiveDimensions DetectorTemperature DetectorConditionsNominalFlag
    FieldOfViewShape FieldOfViewDimensions FieldOfViewOrigin FieldOfViewRotation
    FieldOfViewHorizontalFlip CollimatorShape CollimatorLeftVerticalEdge CollimatorRightVerticalEdge
    CollimatorUpperHorizontalEdge CollimatorLowerHorizontalEdge ShutterShape ShutterLeftVerticalEdge
    ShutterRightVerticalEdge ShutterUpperHorizontalEdge ShutterLowerHorizontalEdge ShutterPresentationValue
    PositionerType ViewPosition PatientOrientation Laterality ImageLaterality BodyPartExamined
    Modality ConversionType ImageType PresentationIntentType ExposureControlMode SpatialResolution
"""
_FILE: Final = """
    FileMetaInformationGroupLength FileMetaInformationVersion MediaStorageSOPClassUID TransferSyntaxUID
    ImplementationClassUID ImplementationVersionName SOPClassUID SpecificCharacterSet TimezoneOffsetFromUTC
    PatientSex PatientIdentityRemoved DeidentificationMethod LongitudinalTemporalInformationModified
    CodingSchemeDesignator MappingResource ReferencedSOPClassUID SeriesNumber InstanceNumber AcquisitionNumber
"""

HARMLESS_KEYWORDS: Final = frozenset((_PICTURE + _ACQUISITION + _FILE).split())
